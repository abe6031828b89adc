"""The faults that a student's engine can have: the name of each, what it means, and three hints."""

from __future__ import annotations

from dataclasses import dataclass

FAULTS: dict[str, Fault] = {}


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to be wrong.

    In its texts {op} stands for the operation, {method} for the method, {operand} for "the first
    operand" or the like.

    Attributes:
        name: stable, for grading scripts and translations.
        meaning: one sentence.
        hints: a nudge, a pointer, the answer.
    """

    name: str
    meaning: str
    hints: tuple[str, str, str]


def fault(name: str, meaning: str, *hints: str) -> str:
    """Add a fault to the list, and return its name."""
    nudge, pointer, answer = hints
    FAULTS[name] = Fault(name, meaning, (nudge, pointer, answer))
    return name


# ---- one operation ----

WRONG_RESULT = fault(
    "wrong result",
    "{op} computes another number than it should.",
    "Work {op} out by hand for the numbers of the picture.",
    "Look at what {method} gives to the new Value as its data.",
    "{method} must compute {forward}.",
)
WRONG_SIGN = fault(
    "wrong sign",
    "The slope of {op} with respect to {operand} has the wrong sign.",
    "When {operand} grows a little, does the result of {op} grow or shrink?",
    "Compare the sign of what {method} adds to the gradient of {operand} with that question.",
    "The slope with respect to {operand} is {slope}.",
)
OPERANDS_SWAPPED = fault(
    "operands swapped",
    "{op} gives {operand} the slope that belongs to the other operand.",
    "Hold one operand still: how fast does the result of {op} change with the other one?",
    "{method} uses the slope of one operand for the other; see what it adds to {operand}.",
    "The slope with respect to {operand} is {slope}.",
)
INPUT_OUTPUT_MIXED = fault(
    "input and output mixed up",
    "The slope of {op} is computed from its input where its output is needed, or the reverse.",
    "The formula of the slope is right. What number does it take?",
    "In {method}, one name is the number that went in and another the one that came out.",
    "The slope is {slope}, where a is the input and out the result.",
)
MISSING_GRADIENT = fault(
    "missing gradient",
    "{op} passes no gradient on to {operand}.",
    "Which operands of {op} does the result depend on? Each of them needs a gradient.",
    "Nothing in {method} adds to the gradient of {operand}, or the pass never sees it.",
    "Add {slope}, times the gradient of the result, to the gradient of {operand}.",
)
CHAIN_RULE_FORGOTTEN = fault(
    "chain rule forgotten",
    "{op} passes its slope on without multiplying it by the gradient of its result.",
    "What if the result of {op} is not the end, but goes into another operation?",
    "{method} must use the gradient that arrived at its result.",
    "Add slope × out.grad, not the slope alone; here the slope is {slope}.",
)
WRONG_SLOPE = fault(
    "wrong slope",
    "The slope of {op} with respect to {operand} is wrong.",
    "Nudge {operand} by 0.001 and see how much the result of {op} moves.",
    "Compare the formula that {method} uses for {operand} with that.",
    "The slope with respect to {operand} is {slope}.",
)
OVERWRITES = fault(
    "overwrites gradient",
    "A gradient is replaced where it should be added to: = in place of +=.",
    "What should happen to a gradient when a Value is used twice?",
    "Look for an assignment to .grad with = in {method}.",
    "Write += : each use of a Value adds its term to the gradient.",
)
SAME_OPERAND_TWICE = fault(
    "same operand twice",
    "{op} loses a term when both of its operands are the same Value.",
    "Draw {graph}: how many edges go from a to the result?",
    "A set, a dictionary or an `is` in {method} takes the two equal operands for one.",
    "Handle each operand by itself, even if it is the same object: two edges, two terms.",
)
CONSTANT_NOT_WRAPPED = fault(
    "constant not wrapped",
    "{op} fails when its second operand is a plain number.",
    "What is `other` in {graph}: does it have a .data?",
    "{method} must accept int and float as well as Value.",
    "Begin {method} with: other = other if isinstance(other, Value) else Value(other)",
)
MISSING_REFLECTED = fault(
    "missing reflected operator",
    "{op} fails when the plain number is on the left, though other operators allow it.",
    "Whose method does Python call for {graph}, when the number does not know what to do?",
    "Python asks the operand on the right for {method}.",
    "Write {method}(self, other), which computes other {op} self.",
)
WRONG_REFLECTED = fault(
    "wrong reflected operator",
    "{op} is wrong when the plain number is on the left.",
    "In {graph}, which operand is `self`, and which is `other`?",
    "{method} is called with the number as `other`, though the number stands on the left.",
    "{method}(self, other) must compute other {op} self, not self {op} other.",
)

STEP_MISPLACED = fault(
    "step on the wrong node",
    "{op} leaves its backward step with its operand, where it replaces the operand's own.",
    "Whose gradient must be known before the backward step of {op} can run?",
    "Look at whose _backward {method} sets: that of the operand, or that of the result.",
    "Write out._backward = _backward, where out is the result.",
)

# ---- the backward pass ----

SEED_NOT_SET = fault(
    "seed not set",
    "The gradient of the result itself is never set, so that every other gradient is 0.",
    "How fast does a number change with itself?",
    "Look at what backward() does to self.grad before it goes anywhere.",
    "Set self.grad = 1.0 at the start of backward().",
)
WRONG_SEED = fault(
    "wrong seed",
    "The pass begins with another number than 1 at the result.",
    "How fast does a number change with itself?",
    "Look at what backward() sets self.grad to.",
    "Set self.grad = 1.0 at the start of backward().",
)
STOPS_EARLY = fault(
    "stops early",
    "backward() reaches the operands of the last operation, and not what is behind them.",
    "Which Values are the leaves of {graph}, and how far away are they?",
    "backward() must go through the whole graph, not only through the last operation.",
    "Collect all nodes below the result, and let each pass its gradient on, in reversed order.",
)
NO_ORDER = fault(
    "no topological order",
    "A node passes its gradient on before all of that gradient has arrived.",
    "In {graph}, which terms does the gradient of the middle node have, and when does each arrive?",
    "backward() visits a node before some of the nodes that it goes into.",
    "Append a node to the list after all its inputs (depth first), then go through it in reverse.",
)
REVERSED_ORDER = fault(
    "reversed order",
    "backward() goes from the leaves to the result, so that nothing has arrived when it passes on.",
    "Which node knows its gradient first?",
    "Look at the direction in which backward() goes through its list.",
    "Go through it in reverse: for node in reversed(topo).",
)
NAIVE_RECURSION = fault(
    "naive recursion",
    "backward() recurses into operands as soon as it meets them, once for every path.",
    "How often does the pass enter a node that is used twice, and with which gradient?",
    "A recursive call per use goes on with a gradient that is partial, or is counted again.",
    "Put the nodes in topological order first; then each passes its whole gradient on, once.",
)
VISITS_TWICE = fault(
    "visits twice",
    "A node that is used twice passes its gradient on twice.",
    "How often does each node of {graph} pass its gradient on?",
    "The walk over the graph does not remember which nodes it has seen.",
    "Keep a set of visited nodes, so that each of them passes its gradient on only once.",
)
VISITED_BY_VALUE = fault(
    "visited by value",
    "Two different nodes with equal numbers are taken for one.",
    "In {graph} two nodes have the same number. Are they the same node?",
    "A comparison (==, in, a set, a dictionary) looks at numbers, not at which node it is.",
    "Remember nodes by identity: id(node), or no __eq__ and __hash__ of your own.",
)
REMEMBERS_PASSES = fault(
    "remembers earlier passes",
    "A second backward pass, over another graph, is wrong because of what the first one left.",
    "What does backward() still know when it is called the second time?",
    "A list or set lives longer than the call: a default argument, or an attribute of the class.",
    "Make the list and the set of visited nodes inside backward().",
)
ZEROES_LEAVES = fault(
    "zeroes leaves",
    "backward() sets the gradients of leaves to 0, so that those of two losses do not add up.",
    "What should a.grad be after the backward passes of two results that both use a?",
    "Something in backward() sets gradients to 0 (or replaces them) that were there before.",
    "Leave the gradients of leaves as they are: only who trains sets them to 0.",
)
CHANGES_DATA = fault(
    "changes data",
    "An operation or the backward pass changes the number of a Value that it only should read.",
    "Print a.data before and after.",
    "Look for an assignment to .data, or for += on it, in {method}.",
    "Make a new Value for a result, and never assign to .data in an operation or in backward().",
)
WRONG_GRADIENT = fault(
    "wrong gradient",
    "A gradient is wrong, and no single known fault explains the numbers.",
    "Work the gradients of {graph} out by hand, edge by edge.",
    "Each operation alone is right: look at how backward() puts them together.",
    "Each node adds slope × its own whole gradient to each operand, once, from result to leaves.",
)

# ---- what does not get as far as a number ----

RAISES = fault(
    "raises",
    "{graph} raises an error.",
    "Read the last line of the error, and then the line of yours that it names.",
    "Run {graph} by itself and print what takes part.",
    "{error}",
)
DOES_NOT_END = fault(
    "does not end",
    "{graph} does not come to an end.",
    "Which loop or recursion runs here, and what should stop it?",
    "A `while` whose condition never changes, or a walk that visits nodes again and again.",
    "Remember visited nodes, and make sure that each turn of the loop leaves less to do.",
)
ENDS_PROCESS = fault(
    "ends the process",
    "{graph} ends Python itself, or takes more memory than there is.",
    "Does something call exit(), or grow without end?",
    "Look for exit, os._exit, os.abort, for lists that grow in a loop, and for endless recursion.",
    "An operation only makes a Value, and backward() only adds to gradients.",
)
RETURNS_NOTHING = fault(
    "returns nothing",
    "{op} returns None.",
    "What does {method} hand back to whoever calls it?",
    "A method without `return` returns None.",
    "End {method} with: return out",
)
NOT_A_VALUE = fault(
    "not a Value",
    "{op} returns something that is not a Value.",
    "What type has the result of {graph}?",
    "{method} returns a plain number or another object, which cannot pass a gradient on.",
    "Return Value(…), and keep in it what it was made from.",
)
NO_DATA = fault(
    "no data",
    "A Value has no number as its .data.",
    "What should Value(2.0).data be?",
    "Look at what __init__ stores, and under which name.",
    "Write in __init__: self.data = data",
)
NO_GRAD = fault(
    "no grad",
    "A Value has no number as its .grad.",
    "What should Value(2.0).grad be before any backward pass?",
    "Look at what __init__ stores, and under which name.",
    "Write in __init__: self.grad = 0.0",
)
GRAD_NOT_ZERO = fault(
    "grad not zero at first",
    "The gradient of a new Value is not 0.",
    "Terms are added to a gradient. What should it begin with?",
    "Look at the first value of grad in __init__.",
    "Write in __init__: self.grad = 0.0",
)
MISSING_OPERATION = fault(
    "missing operation",
    "{op} is not there yet.",
    "Which method does Python call for {graph}?",
    "It is {method}.",
    "Write {method}: make a Value of {forward}, and note how to pass its gradient on.",
)
MISSING_BACKWARD = fault(
    "missing backward",
    "There is no backward() yet.",
    "Gradients flow from the result to the leaves. Where do they begin?",
    "backward() puts the nodes in order and lets each pass its gradient on.",
    "Set self.grad = 1.0, then let each node pass its gradient on, in reversed topological order.",
)
BORROWED = fault(
    "borrowed engine",
    "The gradients are those of another engine, not of this class.",
    "The exercise is to write the engine.",
    "The class uses {error}.",
    "Write the operations and backward() with plain Python and math.",
)

TAMPERS = fault(
    "tampers with the check",
    "The code replaces parts of Python that the check is made of.",
    "What does the code assign to that is not its own?",
    "Look for assignments to attributes of modules, such as json, sys or builtins.",
    "Leave everything outside the class as it is.",
)

# ---- what is not a class to check ----

NOT_A_CLASS = fault(
    "not a class",
    "What was given is not a class.",
    "Give the class itself.",
    "Write check(Value), without parentheses or quotation marks after Value.",
    "Give a class, the path of a .py file, or the text of one, that defines a class Value.",
)
CANNOT_LOAD = fault(
    "cannot be loaded",
    "The file or text cannot be run.",
    "Run the file by itself first.",
    "Read the last line of the error.",
    "{error}",
)
