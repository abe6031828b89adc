"""Twelve engines that look right: each differs from the right one in one method, by one fault."""

from __future__ import annotations

from math import tanh

from engine.teach.catching.right import Value


class Wrong1(Value):
    """Multiplies the gradient by each operand's own number."""

    def __mul__(self, other: Value | float) -> Value:
        other = self.number(other)
        out = type(self)(self.data * other.data, (self, other))

        def _backward() -> None:
            self.grad += self.data * out.grad
            other.grad += other.data * out.grad

        out._backward = _backward
        return out


class Wrong2(Value):
    """Forgets that a minus sign turns the slope round."""

    def __neg__(self) -> Value:
        out = type(self)(-self.data, (self,))

        def _backward() -> None:
            self.grad += out.grad

        out._backward = _backward
        return out


class Wrong3(Value):
    """Subtracts 1 from the power, where it should from the exponent."""

    def __pow__(self, n: float) -> Value:
        out = type(self)(self.data**n, (self,))

        def _backward() -> None:
            self.grad += (n * self.data**n - 1) * out.grad

        out._backward = _backward
        return out


class Wrong4(Value):
    """Replaces a gradient by what comes from a sum, where it should add to it."""

    def __add__(self, other: Value | float) -> Value:
        other = self.number(other)
        out = type(self)(self.data + other.data, (self, other))

        def _backward() -> None:
            self.grad = out.grad
            other.grad = out.grad

        out._backward = _backward
        return out


class Wrong5(Value):
    """Swaps the operands of a difference whose first operand is a plain number."""

    def __rsub__(self, other: float) -> Value:
        return self - self.number(other)


class Wrong6(Value):
    """Passes on the slope of tanh alone, without the gradient that has arrived."""

    def tanh(self) -> Value:
        """Return the hyperbolic tangent of this number."""
        out = type(self)(tanh(self.data), (self,))

        def _backward() -> None:
            self.grad += 1 - out.data**2

        out._backward = _backward
        return out


class Wrong7(Value):
    """Lets only positive gradients through relu."""

    def relu(self) -> Value:
        """Return this number where it is positive, and otherwise 0."""
        out = type(self)(max(0.0, self.data), (self,))

        def _backward() -> None:
            self.grad += (out.data > 0) * max(0.0, out.grad)

        out._backward = _backward
        return out


class Wrong8(Value):
    """Takes two nodes for one where their numbers are equal."""

    def backward(self) -> None:
        """Give each number that this one was made from its gradient."""
        order: list[Value] = []
        visited = set()

        def visit(node: Value) -> None:
            if node.data not in visited:
                visited.add(node.data)
                for x in node.inputs:
                    visit(x)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()


class Wrong9(Value):
    """Goes down every path, and so passes on a second time what it has passed on before."""

    def backward(self) -> None:
        """Give each number that this one was made from its gradient."""

        def visit(node: Value) -> None:
            node._backward()
            for x in node.inputs:
                visit(x)

        self.grad = 1.0
        visit(self)


class Wrong10(Value):
    """Notes a node before its inputs, so that it may pass on before everything has arrived."""

    def backward(self) -> None:
        """Give each number that this one was made from its gradient."""
        order: list[Value] = []
        visited = set()

        def visit(node: Value) -> None:
            if node not in visited:
                visited.add(node)
                order.append(node)
                for x in node.inputs:
                    visit(x)

        visit(self)
        self.grad = 1.0
        for node in order:
            node._backward()


class Wrong11(Value):
    """Counts once a user that has the same node as both of its operands."""

    def backward(self) -> None:
        """Give each number that this one was made from its gradient."""
        users: dict[Value, set[Value]] = {}

        def visit(node: Value) -> None:
            for x in node.inputs:
                if x not in users:
                    users[x] = set()
                    visit(x)
                users[x].add(node)

        visit(self)
        waiting = {x: len(found) for x, found in users.items()}
        self.grad = 1.0
        ready: list[Value] = [self]
        while ready:
            node = ready.pop()
            node._backward()
            for x in node.inputs:
                waiting[x] -= 1
                if waiting[x] == 0:
                    ready.append(x)


class Wrong12(Value):
    """Moves a node to a deeper level, and leaves what it was made from where that was."""

    def backward(self) -> None:
        """Give each number that this one was made from its gradient."""
        level: dict[Value, int] = {}

        def visit(node: Value, depth: int) -> None:
            is_new = node not in level
            level[node] = max(depth, level.get(node, 0))
            if is_new:
                for x in node.inputs:
                    visit(x, depth + 1)

        visit(self, 0)
        self.grad = 1.0
        for node in sorted(level, key=lambda node: level[node]):
            node._backward()
