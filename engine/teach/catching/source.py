"""The wrong method beside the right one, with the lines that differ marked."""

from __future__ import annotations

from difflib import SequenceMatcher
from html import escape
from itertools import zip_longest

from engine.teach.catching.rows import Bug

TITLES = ("right engine", "wrong engine")
ALIKE = 0.7  # share of lines
MARKED = ";background:#ffe8cc;color:#1f2328"


class Source:
    """The method that is wrong, in both engines. A notebook shows them side by side.

    Attributes:
        fault: what is wrong, in one sentence.
        wrong: the text of the method in the wrong engine.
        right: its text in the right one.
    """

    def __init__(self, bug: Bug) -> None:
        self.fault = bug.fault
        self.right, self.wrong = bug.sources

    @property
    def lines(self) -> list[tuple[str, str, bool]]:
        """The lines side by side, right and wrong, and whether they are the same."""
        right, wrong = self.right.splitlines(), self.wrong.splitlines()
        match = SequenceMatcher(None, right, wrong, autojunk=False)
        if match.ratio() < ALIKE:  # another way to do the same: line by line says nothing
            return [(*pair, True) for pair in zip_longest(right, wrong, fillvalue="")]
        found = []
        for tag, i, j, k, m in match.get_opcodes():
            for n in range(max(j - i, m - k)):
                pair = (right[i:j][n : n + 1], wrong[k:m][n : n + 1])
                found.append(("".join(pair[0]), "".join(pair[1]), tag == "equal"))
        return found

    def __repr__(self) -> str:
        wide = max(len(right) for right, _, _ in self.lines)
        head = f"  {TITLES[0]:{wide}}   {TITLES[1]}"
        body = [
            f"{' ' if equal else '≠'} {right:{wide}}   {wrong}".rstrip()
            for right, wrong, equal in self.lines
        ]
        return "\n".join([self.fault, head, *body])

    def _repr_html_(self) -> str:
        rows = ""
        for right, wrong, equal in self.lines:
            mark = "" if equal else MARKED
            rows += "<tr>" + "".join(
                f'<td style="text-align:left;padding:0 12px{mark}"><pre style="margin:0;'
                f'background:none;color:inherit">{escape(text)}</pre></td>'
                for text in (right, wrong)
            )
        heads = "".join(f"<th>{title}</th>" for title in TITLES)
        return f"<div><p>{escape(self.fault)}</p><table><tr>{heads}</tr>{rows}</table></div>"
