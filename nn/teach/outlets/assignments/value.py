"""The assignment "Build your own Value": an engine for automatic differentiation, in six parts."""

from __future__ import annotations

from nn.teach.outlets.assignment import Assignment

INTRO = """\
You write a class `Value`, a number that remembers how it was made. From that it finds the gradient
of a result with respect to every number in it: how fast the result changes with that number.

Fill in one part after the other. After each part, check your class: the check says what is right
so far, what is wrong, with the smallest expression that shows it, and what comes next. A part that
is right counts, even if a later one is not finished."""

PARTS = (
    """\
## Part 1 · A number

`Value(2.0)` has its number in `.data`, and a gradient `.grad` that is 0 at first. An operation also
gives it `inputs`, the Values that it was made from.""",
    """\
## Part 2 · Sum and product

`a + b` and `a * b` each make a new Value. They also note, in the `_backward` of the new Value, how
to pass its gradient on: to each input, the **local derivative times `out.grad`**. It is added with
`+=`, because a number that is used twice gets a gradient from each use. A plain number as the
second operand, as in `a * 3`, becomes a Value first.""",
    """\
## Part 3 · The backward pass

`out.backward()` puts all nodes below `out` in topological order (each after its inputs), sets
`out.grad` to 1, and calls `_backward` from the result to the leaves. So a node passes its gradient
on when all of it has arrived, and passes it on once.""",
    """\
## Part 4 · Powers, difference, quotient

`a ** 3`, for a plain number as the exponent, has a local derivative of its own. `-a`, `a - b` and
`a / b` need none: write them with the operations that you have.""",
    """\
## Part 5 · Functions

`a.tanh()`, `a.exp()` and `a.relu()`. Their local derivatives are 1 − tanh²(a), exp(a), and 1 where
a > 0, otherwise 0.""",
    """\
## Part 6 · Plain numbers on the left, an extra

It gives no points, and makes the class pleasant to use. For
`2 * a` Python calls `a.__rmul__(2)`, as a plain number does not know what a Value is. The same goes
for `2 + a`, `2 - a` and `2 / a`; mind which operand is which.""",
)

CODE = '''\
import math


class Value:
    """A number that remembers how it was made."""

    # Part 1: a number

    def __init__(self, data, inputs=()):
        """Keep the number, its gradient (0 at first) and the Values it was made from."""
        self._backward = lambda: None  # an operation replaces it, by what passes the gradient on
        ### BEGIN SOLUTION
        self.data = data
        self.grad = 0.0
        self.inputs = inputs
        ### END SOLUTION

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"

    # Part 2: sum and product

    def __add__(self, other):
        """Return self + other."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = backward
        return out
        ### END SOLUTION

    def __mul__(self, other):
        """Return self * other."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = backward
        return out
        ### END SOLUTION

    # Part 3: the backward pass

    def backward(self):
        """Add to the grad of every Value below this one how fast this one changes with it."""
        ### BEGIN SOLUTION
        order, visited = [], set()

        def visit(node):
            if node not in visited:
                visited.add(node)
                for each in node.inputs:
                    visit(each)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
        ### END SOLUTION

    # Part 4: powers, difference, quotient

    def __pow__(self, exponent):
        """Return self ** exponent, for a plain number as the exponent."""
        ### BEGIN SOLUTION
        out = Value(self.data**exponent, (self,))

        def backward():
            self.grad += exponent * self.data ** (exponent - 1) * out.grad

        out._backward = backward
        return out
        ### END SOLUTION

    def __neg__(self):
        """Return -self."""
        ### BEGIN SOLUTION
        return self * -1
        ### END SOLUTION

    def __sub__(self, other):
        """Return self - other."""
        ### BEGIN SOLUTION
        return self + (-other)
        ### END SOLUTION

    def __truediv__(self, other):
        """Return self / other."""
        ### BEGIN SOLUTION
        return self * other**-1
        ### END SOLUTION

    # Part 5: functions

    def tanh(self):
        """Return the hyperbolic tangent."""
        ### BEGIN SOLUTION
        out = Value(math.tanh(self.data), (self,))

        def backward():
            self.grad += (1 - out.data**2) * out.grad

        out._backward = backward
        return out
        ### END SOLUTION

    def exp(self):
        """Return e to the power of this number."""
        ### BEGIN SOLUTION
        out = Value(math.exp(self.data), (self,))

        def backward():
            self.grad += out.data * out.grad

        out._backward = backward
        return out
        ### END SOLUTION

    def relu(self):
        """Return this number where it is positive, otherwise 0."""
        ### BEGIN SOLUTION
        out = Value(max(0.0, self.data), (self,))

        def backward():
            self.grad += (out.data > 0) * out.grad

        out._backward = backward
        return out
        ### END SOLUTION

    # Part 6: plain numbers on the left

    def __radd__(self, other):
        """Return other + self."""
        ### BEGIN SOLUTION
        return self + other
        ### END SOLUTION

    def __rmul__(self, other):
        """Return other * self."""
        ### BEGIN SOLUTION
        return self * other
        ### END SOLUTION

    def __rsub__(self, other):
        """Return other - self."""
        ### BEGIN SOLUTION
        return -self + other
        ### END SOLUTION

    def __rtruediv__(self, other):
        """Return other / self."""
        ### BEGIN SOLUTION
        return self**-1 * other
        ### END SOLUTION
'''

VALUE = Assignment(
    name="value",
    title="Build your own Value",
    intro=INTRO,
    parts=PARTS,
    code=CODE,
    check="import engine\n\nengine.teach.check(Value)",
    points=10.0,
)
