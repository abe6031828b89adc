"""Finds what is the same in a tape: nodes with the same formula become lanes of one row.

Additions and products become sums of products, `±x·y ± z + constant`, in which the order in which
people add does not matter. Then each node gets a class from the bottom up: parameters one each,
all inputs one, all constants one, and any other node by its operation and the classes of what it
is made from. The samples of a batch, the positions of a sequence and the heads of an attention fall
into the same classes by themselves: nobody has to say where the batch axis is.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from engine.compile.record.tape import CONSTANT, INPUT, LARGEST, LEAVES, PARAMETER, Tape
from engine.ops import ADD, MUL, NEG, POW, SUB, Op

LINEAR = frozenset((ADD, SUB, NEG, MUL))
SUM = Op("sum", "Σ", "")

# An array instruction takes as long as so many lines of Python; a program of few instructions is
# one of arrays in any case, since these are what it is read for.
LINES_AN_INSTRUCTION, MANY = 30, 100

# sign, x, y: a product of two nodes, or of one node and nothing (−1)
Term = tuple[int, int, int]
TermKey = tuple[int, int, int]  # sign, row of x, row of y


@dataclass
class Row:
    """Nodes with one formula.

    Attributes:
        op: SUM, a row of the table, or a kind of step.
        nodes: its lanes, as places on the tape.
        level: longer than that of every row it is made from.
        varies: whether it depends on an input.
        keys: the class of each term of its first lane, if it is a sum.
        ragged: whether other lanes have more terms of a class, or fewer.
    """

    op: Op
    nodes: list[int] = field(default_factory=list)
    level: int = 0
    varies: bool = False
    keys: tuple[TermKey, ...] = ()
    ragged: bool = False


@dataclass
class Rolled:
    """A tape, cleaned and sorted into rows.

    Attributes:
        tape: what was recorded.
        args: what each step uses, with equal steps made one.
        terms: the products of each sum, sorted alike in every lane of a row.
        constants: the constant of each sum.
        rows: the classes, each after those it is made from.
        same: the step that stands for each step.
        n_operations: how many operations the result needs.
    """

    tape: Tape
    args: list[tuple[int, ...]]
    terms: dict[int, list[Term]]
    constants: dict[int, float]
    rows: list[Row]
    same: list[int]
    n_operations: int

    def is_irregular(self, n_samples: int) -> bool:
        """Tell whether there is so little to roll up that lines of Python would be quicker.

        Args:
            n_samples: over how many samples it is replayed; 1 for a recording of them all.
        """
        instructions = {(row.level, row.op) for row in self.rows if row.op not in LEAVES}
        lines = self.n_operations * n_samples
        return len(instructions) > MANY and len(instructions) * LINES_AN_INSTRUCTION > lines


def reroll(tape: Tape, *, one_lane: bool = False) -> Rolled:
    """Sort the steps of a tape into rows.

    Args:
        tape: what was recorded.
        one_lane: make each node a row of its own, for a tape of one sample that is replayed over
            many.
    """
    ops, args, same = without_repeats(tape)
    roots = [same[i] for i in tape.results]
    uses = counted(ops, args, roots)
    terms, constants, absorbed = sums(tape, ops, args, uses, set(roots))
    # A parameter that is used once, as an addend, loses nothing by being one of many: so do the
    # rows of position embeddings, which would keep the positions of a sequence apart.
    lone = {x for found in terms.values() for _, x, y in found if y < 0 and uses[x] == 1}
    rows: list[Row] = []
    parameter = Row(PARAMETER, [-1])  # one serves them all, for nobody asks for its node
    row_of = [-1] * len(ops)
    found: dict[object, int] = {}
    for i, op in enumerate(ops):
        if not uses[i] or absorbed[i]:
            continue
        if op is PARAMETER and i not in lone:
            row_of[i] = len(rows)
            rows.append(parameter)
            continue
        key: object
        keys: tuple[TermKey, ...] = ()
        classes: tuple[int, ...] = ()
        if i in terms:
            op = SUM
            keys, terms[i] = sorted_terms(terms[i], row_of)
            key = frozenset(keys)
        else:
            classes = tuple([row_of[j] for j in args[i]])
            # How many numbers the largest is sought among may differ from lane to lane.
            key = (op, frozenset(classes) if op is LARGEST else classes)
        row = found.setdefault(i if one_lane else key, len(rows))
        if row == len(rows):
            below = {j for k in keys for j in k[1:] if j >= 0} or set(classes)
            level = 1 + max((rows[j].level for j in below), default=-1)
            varies = op is INPUT or any(rows[j].varies for j in below)
            rows.append(Row(op, [], level, varies, keys))
        elif keys != rows[row].keys:
            rows[row].ragged = True
        row_of[i] = row
        rows[row].nodes.append(i)
    n_operations = sum(1 for n, inputs in zip(uses, args, strict=True) if n and inputs)
    return Rolled(tape, args, terms, constants, rows, same, n_operations)


def sorted_terms(terms: list[Term], row_of: list[int]) -> tuple[tuple[TermKey, ...], list[Term]]:
    """Return the classes of terms and the terms, both in the order of the classes."""
    keyed: list[tuple[TermKey, Term]] = []
    for term in terms:
        sign, x, y = term
        a, b = row_of[x], row_of[y] if y >= 0 else -1
        keyed.append(((sign, a, b), term) if a >= b else ((sign, b, a), (sign, y, x)))
    keyed.sort()
    return tuple([key for key, _ in keyed]), [term for _, term in keyed]


def without_repeats(tape: Tape) -> tuple[list[Op], list[tuple[int, ...]], list[int]]:
    """Return ops and args with equal steps made one, and the step that stands for each."""
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
            if op is POW and b in twos:  # a square is a product
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


def counted(ops: list[Op], args: list[tuple[int, ...]], roots: list[int]) -> list[int]:
    """Return how often each step is used on the way to the roots."""
    uses = [0] * len(ops)
    for root in roots:
        uses[root] += 1
    for i in range(len(ops) - 1, -1, -1):
        if uses[i]:
            for j in args[i]:
                uses[j] += 1
    return uses


def sums(
    tape: Tape,
    ops: list[Op],
    args: list[tuple[int, ...]],
    uses: list[int],
    roots: set[int],
) -> tuple[dict[int, list[Term]], dict[int, float], bytearray]:
    """Write additions and products as sums of products; say which steps vanish into them.

    A step vanishes if the sum is the only one that uses it.
    """
    terms: dict[int, list[Term]] = {}
    constants: dict[int, float] = {}
    absorbed = bytearray(len(ops))
    for i in range(len(ops) - 1, -1, -1):
        if ops[i] not in LINEAR or not uses[i] or absorbed[i]:
            continue
        found: list[Term] = []
        constant = 0.0
        waiting = [(i, 1)]
        while waiting:
            x, sign = waiting.pop()
            op = ops[x]
            if op is CONSTANT:
                constant += sign * tape.numbers[x]
                continue
            if x != i:
                if op not in LINEAR or uses[x] > 1 or x in roots:
                    found.append((sign, x, -1))
                    continue
                absorbed[x] = True
            if op is MUL:
                found.append((sign, args[x][0], args[x][1]))
            elif op is NEG:
                waiting.append((args[x][0], -sign))
            else:
                waiting.append((args[x][1], -sign if op is SUB else sign))
                waiting.append((args[x][0], sign))
        terms[i], constants[i] = found, constant
    return terms, constants, absorbed
