"""Finds the repetition in a tape: nodes with the same formula become lanes of one class.

Chains of additions become sums of products, `±x·y ± z`: parentheses are kept, and so is the order
of the terms. Then each node gets a class from the bottom up: parameters one each, all inputs one,
all constants one, and any other node by its operation and the classes of what it is made from. The
samples of a batch, the positions of a sequence and the heads of an attention fall into the same
classes by themselves: the batch axis need not be declared.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from engine.compile.record.tape import INPUT, LARGEST, LEAVES, PARAMETER, Tape
from engine.ops import ADD, MUL, NEG, POW, SUB, Op

CHAINED = (ADD, SUB)
SIGN_OF_ZERO = re.compile(r"\b(atan2|copysign)\b")  # what tells 0 and -0 apart
ADDITIVE = frozenset((ADD, SUB, NEG, MUL))
SUM = Op("sum", "Σ", "")

# An array instruction takes as long as this many lines of Python; a program of few instructions
# uses arrays in any case, since they are what a reader wants to see. Each takes 0.1 ms to make,
# so even those who ask for arrays are not given thousands of small ones.
LINES_PER_INSTRUCTION, MANY_INSTRUCTIONS, MOST_INSTRUCTIONS = 30, 100, 1000

# sign, x, y: a product of two nodes, or a single node (y is −1)
Term = tuple[int, int, int]
TermKey = tuple[int, int, int]  # sign, class of x, class of y


@dataclass
class LaneClass:
    """Nodes with one formula.

    Attributes:
        op: SUM, a row of the table of ops, or a kind of step.
        nodes: its lanes, as indices on the tape.
        level: greater than that of every class it is made from.
        varies: whether it depends on an input.
        keys: the class of each term of its first lane, if it is a sum.
        ragged: whether other lanes have more terms of a class, or fewer, or in another order.
    """

    op: Op
    nodes: list[int] = field(default_factory=list)
    level: int = 0
    varies: bool = False
    keys: tuple[TermKey, ...] = ()
    ragged: bool = False


@dataclass
class Rolled:
    """A tape, cleaned and sorted into classes.

    Attributes:
        tape: what was recorded.
        args: the inputs of each step, after common subexpression elimination.
        terms: the terms of each sum, in the order in which they are added.
        classes: the classes, each after those it is made from.
        same: the step that replaces each step, after that.
        n_operations: how many operations the result needs.
    """

    tape: Tape
    args: list[tuple[int, ...]]
    terms: dict[int, list[Term]]
    classes: list[LaneClass]
    same: list[int]
    n_operations: int

    def is_irregular(self, n_samples: int, few: int = MANY_INSTRUCTIONS) -> bool:
        """Return whether there is so little to re-roll that lines of Python would be faster.

        Args:
            n_samples: how many samples it is replayed for; 1 if the recording has all of them.
            few: how many array instructions there may be in any case.
        """
        instructions = {(c.level, c.op) for c in self.classes if c.op not in LEAVES}
        lines = self.n_operations * n_samples
        return len(instructions) > few and len(instructions) * LINES_PER_INSTRUCTION > lines


def reroll(tape: Tape, *, one_lane: bool = False) -> Rolled:
    """Sort the steps of a tape into classes.

    Args:
        tape: what was recorded.
        one_lane: make each node a class of its own, for a tape of one sample that is replayed over
            many.
    """
    ops, args, same = eliminate_common_subexpressions(tape, squares=True)
    roots = [same[i] for i in tape.results]
    uses = use_counts(ops, args, roots)
    terms, absorbed = flatten_sums(tape, ops, args, uses)
    # A parameter that is used once, as an addend, loses nothing by being one of many: so do the
    # vectors of a position embedding, which would keep the positions of a sequence apart.
    lone = {x for found in terms.values() for _, x, y in found if y < 0 and uses[x] == 1}
    classes: list[LaneClass] = []
    parameter = LaneClass(PARAMETER, [-1])  # one object serves them all: its node is never read
    class_of = [-1] * len(ops)
    known: dict[object, int] = {}
    for i, op in enumerate(ops):
        if not uses[i] or absorbed[i]:
            continue
        if op is PARAMETER and i not in lone:
            class_of[i] = len(classes)
            classes.append(parameter)
            continue
        key: object
        keys: tuple[TermKey, ...] = ()
        operands: tuple[int, ...] = ()
        if i in terms:
            op = SUM
            keys, terms[i] = keyed_terms(terms[i], class_of)
            key = frozenset(keys)
        else:
            operands = tuple([class_of[j] for j in args[i]])
            # The number of candidates of a maximum may differ from lane to lane.
            key = (op, frozenset(operands) if op is LARGEST else operands)
        number = known.setdefault(i if one_lane else key, len(classes))
        if number == len(classes):
            below = {j for k in keys for j in k[1:] if j >= 0} or set(operands)
            level = 1 + max((classes[j].level for j in below), default=-1)
            varies = op is INPUT or any(classes[j].varies for j in below)
            classes.append(LaneClass(op, [], level, varies, keys))
        elif keys != classes[number].keys:
            classes[number].ragged = True
        class_of[i] = number
        classes[number].nodes.append(i)
    n_operations = sum(1 for n, inputs in zip(uses, args, strict=True) if n and inputs)
    return Rolled(tape, args, terms, classes, same, n_operations)


def keyed_terms(terms: list[Term], class_of: list[int]) -> tuple[tuple[TermKey, ...], list[Term]]:
    """Return the classes of terms, and the terms.

    Whatever commutes is put in the order of the classes: two factors, and the first two terms.
    """
    keyed: list[tuple[TermKey, Term]] = []
    for term in terms:
        sign, x, y = term
        a, b = class_of[x], class_of[y] if y >= 0 else -1
        keyed.append(((sign, a, b), term) if a >= b else ((sign, b, a), (sign, y, x)))
    keyed[:2] = sorted(keyed[:2])
    return tuple([key for key, _ in keyed]), [term for _, term in keyed]


def eliminate_common_subexpressions(
    tape: Tape, *, squares: bool = False
) -> tuple[list[Op], list[tuple[int, ...]], list[int]]:
    """Merge equal steps; return the ops, the args, and for each step the one that replaces it.

    Args:
        tape: what was recorded.
        squares: write a ** 2 as a * a, as NumPy computes it; Python's may differ in the last bit.
    """
    ops, args = list(tape.ops), list(tape.args)
    same = list(range(len(ops)))
    ones = {i for i, number in tape.numbers.items() if number == 1.0}
    twos = {i for i, number in tape.numbers.items() if number == 2.0}
    seen: defaultdict[Op, dict[tuple[int, ...], int]] = defaultdict(dict)
    for i, mine in enumerate(args):
        if not mine:  # a leaf
            continue
        op = ops[i]
        if len(mine) == 2:
            x, y = mine
            a, b = same[x], same[y]
            if squares and op is POW and b in twos:
                op, b = MUL, a
                ops[i] = MUL
            if op is MUL and (a in ones or b in ones):  # what is multiplied by 1 stays what it is
                same[i] = b if a in ones else a
                continue
            if a > b and (op is ADD or op is MUL):
                a, b = b, a
            if a != x or b != y:
                mine = args[i] = (a, b)
        else:
            mine = args[i] = tuple([same[j] for j in mine])
        same[i] = seen[op].setdefault(mine, i)
    return ops, args, same


def use_counts(ops: list[Op], args: list[tuple[int, ...]], roots: list[int]) -> list[int]:
    """Return how often each step is used on the way to the roots."""
    uses = [0] * len(ops)
    for root in roots:
        uses[root] += 1
    for i in range(len(ops) - 1, -1, -1):
        if uses[i]:
            for j in args[i]:
                uses[j] += 1
    return uses


def flatten_sums(
    tape: Tape, ops: list[Op], args: list[tuple[int, ...]], uses: list[int]
) -> tuple[dict[int, list[Term]], bytearray]:
    """Write additions and products as sums of products; say which steps vanish into them.

    A step vanishes if the sum is the only one that uses it, and no rounding changes: the products
    of a chain `a + b - c`, and of its partial sums all but the last. A sum in parentheses, such as
    that in `a - (b + c)`, remains a term; `a + (b + c)` is `b + c + a`, since addition commutes.
    """
    terms: dict[int, list[Term]] = {}
    absorbed = bytearray(len(ops))

    zeros = {i for i, number in tape.numbers.items() if number == 0.0}
    if any(SIGN_OF_ZERO.search(text) for op in set(ops) for text in op.texts):
        zeros = set()

    def is_link(x: int) -> bool:
        return ops[x] in CHAINED and uses[x] == 1

    def term(x: int, sign: int) -> Term:
        while ops[x] is NEG and uses[x] == 1:
            absorbed[x] = True
            x, sign = args[x][0], -sign
        if ops[x] is MUL and uses[x] == 1:
            absorbed[x] = True
            return sign, args[x][0], args[x][1]
        return sign, x, -1

    for i in range(len(ops) - 1, -1, -1):
        op, chain = ops[i], i
        if op not in ADDITIVE or not uses[i] or absorbed[i]:
            continue
        if op not in CHAINED:
            terms[i] = [(1, args[i][0], args[i][1]) if op is MUL else term(args[i][0], -1)]
            continue
        found: list[Term] = []  # the last one first
        while chain == i or is_link(chain):
            absorbed[chain] = chain != i
            op, (x, y) = ops[chain], args[chain]
            if op is ADD and not is_link(x):
                x, y = y, x
            found.append(term(y, 1 if op is ADD else -1))
            chain = x
        found.append(term(chain, 1))
        # What Python's sum() begins with. It makes a 0 of -0, which no operation here tells apart.
        terms[i] = [t for t in reversed(found) if t[1] not in zeros or t[2] >= 0] or found[:1]
    return terms, absorbed
