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

`Value(2.0)` has its number in `data`, and its gradient in `grad`, which is 0 at first. An operation
also gives it `inputs`, the Values it was made from, and `slopes`, its local derivatives: one for
each input. A leaf has none.""",
    """\
## Part 2 · Sum and product

Python calls `a.__add__(b)` for `a + b`, and `a.__mul__(b)` for `a * b`. Each returns a new Value,
with its inputs and slopes. A plain number as the second operand, as in `a * 3`, becomes a Value
first.""",
    """\
## Part 3 · The backward pass

`out.backward()` sets the gradient of `out` to 1, and puts all nodes below it in topological order,
each after its inputs. Then it goes from the result to the leaves, and each node hands on to each of
its inputs: **slope × its own gradient**. That is added, since a number that is used twice gets a
term from each use.""",
    """\
## Part 4 · Powers, difference, quotient

`a ** 3`, for a plain number as the exponent, has a slope of its own. `-a`, `a - b` and `a / b` need
none: write them with the operations that you have.""",
    """\
## Part 5 · Functions

`a.tanh()`, `a.exp()` and `a.relu()`. Their slopes are 1 − tanh²(a), exp(a), and 1 where a > 0,
otherwise 0.""",
    """\
## Part 6 · Plain numbers on the left, an extra

For `2 * a` Python calls `a.__rmul__(2)`, as a plain number does not know what a Value is. The same
goes for `2 + a`, `2 - a` and `2 / a`; mind which operand is which. This part gives no points; it
makes the class pleasant to use.""",
)

CODE = '''\
import math


class Value:
    """A number that remembers how it was made."""

    # Part 1: a number

    def __init__(self, data, inputs=(), slopes=()):
        """Keep the number, its gradient (0 at first), and how it was made."""
        ### BEGIN SOLUTION
        self.data = data
        self.grad = 0.0
        self.inputs = inputs
        self.slopes = slopes
        ### END SOLUTION

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"

    # Part 2: sum and product

    def __add__(self, other):
        """Return self + other."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))
        ### END SOLUTION

    def __mul__(self, other):
        """Return self * other."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))
        ### END SOLUTION

    # Part 3: the backward pass

    def backward(self):
        """Add to the grad of every Value below this one how fast this one changes with it."""
        ### BEGIN SOLUTION
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for x in node.inputs:
                    visit(x)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for x, slope in zip(node.inputs, node.slopes):
                x.grad += slope * node.grad
        ### END SOLUTION

    # Part 4: powers, difference, quotient

    def __pow__(self, k):
        """Return self ** k, for a plain number k."""
        ### BEGIN SOLUTION
        return Value(self.data**k, (self,), (k * self.data ** (k - 1),))
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
        out = math.tanh(self.data)
        return Value(out, (self,), (1 - out**2,))
        ### END SOLUTION

    def exp(self):
        """Return e to the power of this number."""
        ### BEGIN SOLUTION
        out = math.exp(self.data)
        return Value(out, (self,), (out,))
        ### END SOLUTION

    def relu(self):
        """Return this number where it is positive, otherwise 0."""
        ### BEGIN SOLUTION
        return Value(max(self.data, 0.0), (self,), (1.0 if self.data > 0 else 0.0,))
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
    names=("Value",),
    check="import engine\n\nengine.teach.check(Value)",
    points=10.0,
)
