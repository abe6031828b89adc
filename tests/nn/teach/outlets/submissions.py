"""What students hand in: right, unfinished, wrong, and hostile."""

from __future__ import annotations

from nn.teach.outlets.assignments.network import NETWORK
from nn.teach.outlets.assignments.value import VALUE

RIGHT = VALUE.solution


def changed(*replacements: tuple[str, str], text: str = RIGHT) -> str:
    """Return a solution with texts replaced, each of which must be there."""
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text


def up_to(part: int) -> str:
    """Return the solution without the parts after one."""
    return RIGHT.split(f"    # Part {part + 1}:")[0].rstrip() + "\n"


CLOSURES = """
class Value:
    def __init__(self, data, children=()):
        self.data, self.grad = data, 0.0
        self._prev, self._backward = set(children), lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = backward
        return out
"""

SUBMISSIONS = {
    "right": RIGHT,
    "right, with other names": changed(("inputs", "_prev"), ("slopes", "_local"), ("seen", "done")),
    "nothing yet": VALUE.template,
    "a number": up_to(1),
    "forward only": up_to(2),
    "half": up_to(3),
    "closures, no backward pass": CLOSURES,
    "no plain number on the left": up_to(5),
    "overwrites gradients": changed(("x.grad +=", "x.grad =")),
    "no order": changed(("for node in reversed(order)", "for node in order")),
    "no seed": changed(("        self.grad = 1.0\n", "")),
    "wrong slope of tanh": changed(("(1 - out**2,)", "(1 - out,)")),
    "product is a sum": changed(("self.data * other.data, (", "self.data + other.data, (")),
    "numbers not wrapped": changed(
        ("        other = other if isinstance(other, Value) else Value(other)\n", "")
    ),
    "raises at import": "raise RuntimeError('not today')\n" + RIGHT,
    "not Python": changed(("def tanh(self):", "def tanh(self:")),
    "no class": "x = 3\n",
    "loops at import": RIGHT + "\nwhile True:\n    pass\n",
    "loops in backward": changed(("        visit(self)\n", "        while True:\n            pass\n")),
    "leaves at import": "import os\n\nos._exit(0)\n" + RIGHT,
    "leaves in a product": changed(
        ("        return Value(self.data * other", "        import os\n\n        os._exit(0)\n        return Value(self.data * other")
    ),
    "exits at import": RIGHT + "\nraise SystemExit(0)\n",
    "prints at import": RIGHT + "\nfor _ in range(10**6):\n    print('a' * 60)\n",
    "prints in a sum": changed(
        ("        return Value(self.data + other", "        print('a\\n' * 100000)\n        return Value(self.data + other")
    ),
    "asks for input": "name = input('Your name? ')\n" + RIGHT,
    "fakes the check": (
        "import json, sys\nimport engine.teach\n\n"
        "engine.teach.check = lambda *a, **k: 10.0\n"
        "print(json.dumps({'passed': True, 'points': 10.0, 'total': 10.0, 'rubric': [], 'text': ''}))\n"
        "sys.stdout.flush()\n" + up_to(2)
    ),
}  # fmt: skip

NETWORKS = {
    "right": NETWORK.solution,
    "nothing yet": NETWORK.template,
    "no network, loss and SGD": NETWORK.solution.split("# Part 3")[0],
    "no bias, and uphill": changed(
        ("total = self.bias", "total = Value(0.0)"), (".data -=", ".data +="), text=NETWORK.solution
    ),
    "loops in the loss": changed(
        ("    total = Value(0.0)\n    for", "    while True:\n        pass\n    for"), text=NETWORK.solution
    ),
    "leaves in a step": changed(
        ("        for p in self.parameters:\n            p.data", "        import os\n\n        os._exit(0)\n        for p in self.parameters:\n            p.data"),
        text=NETWORK.solution,
    ),
    "loops at import": NETWORK.solution + "\nwhile True:\n    pass\n",
    "not Python": changed(("class Layer:", "class Layer("), text=NETWORK.solution),
}  # fmt: skip
