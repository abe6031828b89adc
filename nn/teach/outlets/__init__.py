"""One check, five outlets: an assignment for nbgrader, otter-grader, Gradescope and pytest.

Each of them scores a submission by the same command, `python -m nn teach check FILE --json`, in a
process of its own, and so gives the same points. The fifth outlet is the notebook itself:
`engine.teach.check(Value)`.

* `submission.py` finds what a student wrote in a file or notebook; `checking.py` checks it.
* `assignment.py` has texts and code, with and without the solution; `assignments/` are they.
* `nbgrader.py`, `otter.py`, `gradescope.py` and `plain_pytest.py` write the files of each outlet,
  of `cells.py`, and of `wheel.py`, which packs glassgrad for a machine without a network.
* `export.py` writes them to a folder.
"""
