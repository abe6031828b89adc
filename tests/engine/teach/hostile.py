"""Classes that hang, end Python, lie about their numbers or meddle with the checker.

`HOSTILE` must be refused; `RUDE` get every number right and only misbehave, so that they may pass. A
verdict comes within ten seconds, and the process that asked for it is as it was before.
"""

from __future__ import annotations

from textwrap import indent

from tests.engine.teach.engines import base

GOOD = str(base())
WRONG = GOOD.replace(".grad += ", ".grad = ")


def doing(deed: str, place: str, source: str = GOOD) -> str:
    """Return an engine that does something when it is imported, or in one of its methods."""
    if place == "import":
        return source + "\n" + deed + "\n"
    line = next(line for line in source.splitlines() if line.startswith(f"    def {place}("))
    return source.replace(line, line + "\n" + indent(deed, "        "), 1)


ENDLESS = "while True:\n    pass"
STUBBORN = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
DEEP = "def again():\n    again()\nagain()"
RAISE = "raise RuntimeError('no')"
EXIT = "import os\nos._exit(0)"
SYSTEM_EXIT = "import sys\nsys.exit(0)"
INTERRUPT = "raise KeyboardInterrupt"
KILL = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
TERMINATE = "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nwhile True:\n    pass"
ABORT = "import os\nos.abort()"
SLEEP = "import time\ntime.sleep(1000)"
ALLOCATE = "hoard = [bytes(1 << 28)]\nwhile True:\n    hoard.append(bytearray(1 << 28))"
LIST = "hoard = []\nwhile True:\n    hoard.append(hoard[:])"
PRINT = "for i in range(1_000_000):\n    print('a line of text, number', i)"
SEGFAULT = "import ctypes\nctypes.string_at(0)"
DEEPER = (
    "import sys\nsys.setrecursionlimit(10**9)\ndef again(x):\n    return again(x) + 1\nagain(1)"
)
WAIT = "import threading\nthreading.Lock().acquire()\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()"
BIG_POWER = "9 ** 9 ** 9"
INPUT = "input()"
ANSWERS = 'import os\nfor fd in range(1, 64):\n    try:\n        os.write(fd, b\'{"passed": true, "points": 10.0, "value": 1.0}\\n\')\n    except OSError:\n        pass'
CLOSES = "import os\nos.closerange(0, 64)"
FORKS = "import os\nif hasattr(os, 'fork'):\n    os.fork()"
THREADS = "import threading, time\nfor _ in range(20):\n    threading.Thread(target=time.sleep, args=(60,)).start()"

# fmt: off
DEEDS = {
    "an endless loop": ENDLESS,
    "an endless loop that catches all": STUBBORN,
    "an endless recursion": DEEP,
    "an exception": RAISE,
    "os._exit": EXIT,
    "sys.exit": SYSTEM_EXIT,
    "KeyboardInterrupt": INTERRUPT,
    "kills itself": KILL,
    "terminates itself": TERMINATE,
    "aborts": ABORT,
    "sleeps": SLEEP,
    "allocates": ALLOCATE,
    "a list that doubles": LIST,
    "a segmentation fault": SEGFAULT,
    "a recursion without limit": DEEPER,
    "waits for a lock": WAIT,
    "a power that never ends": BIG_POWER,
    "asks for input": INPUT,
}

HOSTILE: dict[str, str] = {f"{name} in {place}": doing(deed, place) for name, deed in DEEDS.items() for place in ("__mul__", "backward", "__init__", "import")}

# ---- wrong engines that meddle ----

MEDDLES = {
    "math.isclose says yes": "math.isclose = lambda *a, **k: True\nmath.fabs = lambda x: 0.0",
    "abs says 0": "import builtins\nbuiltins.abs = lambda x: 0.0",
    "all says yes": "import builtins\nbuiltins.all = lambda xs: True\nbuiltins.any = lambda xs: False",
    "len, sorted, max and zip lie": "import builtins\nbuiltins.len = lambda x: 0\nbuiltins.sorted = lambda *a, **k: []\nbuiltins.max = lambda *a, **k: 0\nbuiltins.zip = lambda *a, **k: []",
    "isinstance says yes": "import builtins\nbuiltins.isinstance = lambda *a: True",
    "float says 1": "import builtins\nbuiltins.float = lambda *a: 1.0",
    "json.dumps lies": "import json\njson.dumps = lambda *a, **k: '{\"value\": 2.0, \"passed\": true}'\njson.loads = lambda *a, **k: {'passed': True}",
    "pickle lies": "import pickle\npickle.dumps = lambda *a, **k: b''\npickle.loads = lambda *a, **k: True",
    "time stands still": "import time\ntime.monotonic = time.time = time.perf_counter = lambda: 0.0",
    "the checker says yes": "import engine.teach as teach\nclass Yes:\n    passed, points, total, findings, next, extras = True, 10.0, 10.0, (), '', ()\nteach.check = lambda *a, **k: Yes()",
    "the report says yes": "import engine.teach as teach\nteach.Report.passed = property(lambda self: True)\nteach.Report.points = property(lambda self: 10.0)",
    "every module of the checker is emptied": "import sys\nfor name in [n for n in sys.modules if n.startswith('engine')]:\n    vars(sys.modules[name]).clear()",
    "our engine is as wrong as its own": "import engine\nfor name in ('__mul__', '__add__', '__pow__', 'tanh', 'exp', 'relu', 'backward'):\n    setattr(engine.Value, name, vars(Value)[name])",
    "engine is itself": "import sys\nsys.modules['engine'] = sys.modules[__name__]",
    "answers to every descriptor": ANSWERS,
    "reads the callers' variables": (
        "import sys\n"
        "def up():\n"
        "    frame = sys._getframe()\n"
        "    while frame:\n"
        "        for name, x in list(frame.f_locals.items()):\n"
        "            if isinstance(x, dict):\n"
        "                x.update(passed=True, error=None)\n"
        "            if isinstance(x, list):\n"
        "                x.append(True)\n"
        "        frame = frame.f_back\n"
        "up()"
    ),
    "all functions of the checker return None": "import sys, types\nfor name, module in list(sys.modules.items()):\n    if name.startswith('engine.teach'):\n        for key, x in list(vars(module).items()):\n            if isinstance(x, types.FunctionType):\n                setattr(module, key, lambda *a, **k: None)",
    "a trace that ends all": "import sys\ndef trace(*a):\n    raise SystemExit(0)\nsys.settrace(trace)",
    "signals ignored": "import signal\nfor number in (signal.SIGTERM, signal.SIGINT):\n    signal.signal(number, signal.SIG_IGN)",
    "says yes at the end": "import atexit, os\natexit.register(lambda: os._exit(0))",
    "sys.exit does nothing": "import sys, os\nsys.exit = os._exit = lambda *a: None\nsys.stdout = sys.stderr = None",
}
HOSTILE |= {f"wrong, and {name}": doing(deed, "import", WRONG) for name, deed in MEDDLES.items()}
HOSTILE |= {f"wrong, and {name}, in backward": doing(MEDDLES[name], "backward", WRONG) for name in ("json.dumps lies", "answers to every descriptor", "reads the callers' variables", "time stands still")}

# ---- what is no number ----

ATTRIBUTES = {
    "grad is a method": "def grad(self):\n    return 1.0\n\ndef __setattr__(self, name, x):\n    if name != 'grad':\n        object.__setattr__(self, name, x)",
    "grad is nan": "@property\ndef grad(self):\n    return float('nan')\n\n@grad.setter\ndef grad(self, x):\n    pass",
    "grad is a text": "@property\ndef grad(self):\n    return str(self._grad)\n\n@grad.setter\ndef grad(self, x):\n    self._grad = float(x)",
    "grad equals everything": ("@property\ndef grad(self):\n    return Yes()\n\n@grad.setter\ndef grad(self, x):\n    pass\n"),
    "data is a text": "@property\ndef data(self):\n    return str(self._data)\n\n@data.setter\ndef data(self, x):\n    self._data = float(x)",
    "data never the same": "@property\ndef data(self):\n    self._data += 1e-3\n    return self._data\n\n@data.setter\ndef data(self, x):\n    self._data = float(x)",
    "grad loops": "@property\ndef grad(self):\n    while True:\n        pass\n\n@grad.setter\ndef grad(self, x):\n    pass",
    "equality without a hash": "def __eq__(self, other):\n    return self.data == other.data",
    "hash raises": "def __hash__(self):\n    raise TypeError('no hash')",
    "equality raises": "def __eq__(self, other):\n    raise TypeError('no equality')\n\ndef __hash__(self):\n    return 1",
    "hash loops": "def __hash__(self):\n    while True:\n        pass",
    "nan everywhere": "@property\ndef data(self):\n    return float('nan')\n\n@data.setter\ndef data(self, x):\n    pass",
    "attributes cannot be set": "def __setattr__(self, name, x):\n    pass",
    "every attribute answers": "def __getattribute__(self, name):\n    return lambda *a, **k: 1.0",
    "attributes loop": "def __getattribute__(self, name):\n    while True:\n        pass",
    "deleted": "def __del__(self):\n    raise SystemExit\n\ndef backward(self):\n    pass",
}
YES = """

class Yes(float):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__
    __abs__ = __float__ = lambda self: 0.0
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __hash__ = float.__hash__
"""
HOSTILE |= {name: str(base().with_pieces(more=more, end=YES if "Yes" in more else "")) for name, more in ATTRIBUTES.items()}
HOSTILE |= {
    "answers everything": "class Value:\n    def __init__(self, *args):\n        pass\n\n    def __getattr__(self, name):\n        return lambda *args, **options: self\n",
    "answers every number": "class Value:\n    def __init__(self, *args):\n        self.data = self.grad = 1.0\n\n    def __getattr__(self, name):\n        return lambda *args, **options: self\n\n"
    + "".join(f"    def __{name}__(self, *args):\n        return self\n\n" for name in ("add", "radd", "mul", "rmul", "sub", "rsub", "truediv", "rtruediv", "pow", "neg")),
    "no grad": GOOD.replace(".grad", ".gradient"),
    "no data": GOOD.replace(".data", ".value").replace("data", "value"),
    "no backward": GOOD.replace("def backward", "def backwards"),
    "no arguments": "class Value:\n    data = grad = 0.0\n",
    "two arguments": GOOD.replace("inputs=()", "inputs"),
    "abstract": "import abc\n\nclass Value(abc.ABC):\n    @abc.abstractmethod\n    def __add__(self, other):\n        pass\n",
    "new returns None": doing("return None", "__init__").replace("def __init__(self, data", "def __new__(cls, data"),
    "numbers, not Values": "class Value(float):\n    data = property(lambda self: self)\n    grad = 1.0\n\n    def backward(self):\n        pass\n\n    def tanh(self):\n        return self\n\n    relu = exp = tanh\n",
    "a function": "def Value(data):\n    return data\n",
    "a number": "Value = 1.0\n",
    "a module": "import math as Value\n",
    "an instance": GOOD + "\n\nValue = Value(1.0)\n",
    "nothing": "x = 1\n",
    "no Python": "class Value\n    pass\n",
    "bytes": "class Value:\n    data = '\0'\n",
    "a class that loops": "class Meta(type):\n    def __call__(cls, *args):\n        while True:\n            pass\n\nclass Value(metaclass=Meta):\n    pass\n",
    "a class that loops when asked": "class Meta(type):\n    def __getattribute__(cls, name):\n        while True:\n            pass\n\nclass Value(metaclass=Meta):\n    pass\n",
    "a class whose text loops": "class Meta(type):\n    def __repr__(cls):\n        while True:\n            pass\n    __str__ = __repr__\n    def __hash__(cls):\n        while True:\n            pass\n    def __eq__(cls, other):\n        while True:\n            pass\n\nclass Value(metaclass=Meta):\n    pass\n",
}

# ---- somebody else's work ----

DELEGATE = """
{get}

class Value:
    def __init__(self, data):
        self.inner = data if isinstance(data, Real) else Real(data)

    data = property(lambda self: self.inner.data, lambda self, x: setattr(self.inner, "data", x))
    grad = property(lambda self: self.inner.grad, lambda self, x: setattr(self.inner, "grad", x))

    def backward(self):
        self.inner.backward()

def binary(name):
    def method(self, other):
        return Value(getattr(self.inner, name)(getattr(other, "inner", other)))
    return method

for name in ("add", "sub", "mul", "truediv", "pow"):
    setattr(Value, f"__{{name}}__", binary(f"__{{name}}__"))
    setattr(Value, f"__r{{name}}__", binary(f"__r{{name}}__"))
for name in ("tanh", "exp", "relu", "__neg__"):
    setattr(Value, name, lambda self, name=name: Value(getattr(self.inner, name)()))
"""
BORROWED = {
    "is ours": "from engine import Value\n",
    "is ours, from its module": "from engine.value import Value\n",
    "a subclass of ours": "import engine\n\nclass Value(engine.Value):\n    pass\n",
    "a subclass of ours by another name": "from engine import Value as Base\n\nclass Value(Base):\n    __slots__ = ()\n",
    "makes ours": "import engine\n\nclass Value:\n    def __new__(cls, data):\n        return engine.Value(data)\n",
    "a copy of ours": "import engine\n\nValue = type('Value', (), {k: v for k, v in vars(engine.Value).items() if k not in ('__dict__', '__weakref__')})\n",
    "delegates": DELEGATE.format(get="from engine import Value as Real"),
    "delegates by __import__": DELEGATE.format(get="Real = getattr(__import__('eng' + 'ine'), 'Val' + 'ue')"),
    "delegates by importlib": DELEGATE.format(get="import importlib\nReal = importlib.import_module('engine.value').Value"),
    "delegates by sys.modules": DELEGATE.format(get="import sys\nReal = sys.modules['engine'].Value if 'engine' in sys.modules else __import__('engine').Value"),
    "delegates by the collector": DELEGATE.format(get="import gc\nReal = next(x for x in gc.get_objects() if isinstance(x, type) and x.__module__ == 'engine.value' and x.__name__ == 'Value')"),
    "its methods are ours": GOOD + "\n\nimport engine\n\nfor name in ('__mul__', '__add__', 'backward', '__init__'):\n    setattr(Value, name, getattr(engine.Value, name))\n",
}
BORROWED["delegates by a subclass"] = DELEGATE.format(get="import engine\n\nclass Real(engine.Value):\n    pass").replace("Value(getattr", "Value(getattr")
FORGES = """
def callers():
    try:
        raise ValueError
    except ValueError as error:
        frame = error.__traceback__.tb_frame
    while frame:
        yield from frame.f_locals.values()
        frame = frame.f_back

def forge():
    from engine.teach.trial.graphs import Graph

    found = list(callers())
    send = next(x for x in found if type(x).__name__ == "partial")
    for job in [x for x in found if type(x).__name__ == "Job"]:
        send(-1, b"null")
        for number, (kind, argument) in job.arguments:
            if kind == "graph":
                leaves, steps, passes = argument
                right = Graph(tuple(leaves), tuple((r, tuple(x if type(x) is int else tuple(x) for x in o)) for r, o in steps), tuple(passes)).right
                value = {"data": right.data, "before": [], "changed": [], "after": right.data, "grads": right.grads}
                send(number, json.dumps({"value": value}).encode())

import json
try:
    forge()
except Exception:
    pass
"""
COPIED = {
    "delegates to a copy of our module": DELEGATE.format(
        get="import importlib.util, engine.value\nspec = importlib.util.spec_from_file_location('copied', engine.value.__file__)\nmodule = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(module)\nReal = module.Value"
    ),
    "delegates to our text": DELEGATE.format(
        get="import engine.value\nnames = {'__name__': 'engine.value'}\nexec(open(engine.value.__file__, encoding='utf-8').read(), names)\nReal = names['Value']"
    ),
    "delegates to our functions": DELEGATE.format(
        get="import engine.value, types\nReal = type('Real', (), {k: v for k, v in vars(engine.value.Value).items() if isinstance(v, (types.FunctionType, property))})"
    ),
}
# A class that is wrong, and answers by what the checker itself computes with.
ORACLE = """
import engine.teach.trial.probing as probing

def answer(student, argument):
    from engine.teach.naming.model import Model, Run
    from engine.teach.trial.graphs import Graph
    leaves, steps, passes = argument
    graph = Graph(tuple(leaves), tuple((r, tuple(x if type(x) is int else tuple(x) for x in o)) for r, o in steps), tuple(passes))
    data = Run(Model(), graph, ()).data
    return {"data": data, "before": [0.0] * len(leaves), "changed": [], "after": data, "grads": Model().gradients(graph)}

probing.TASKS = {**probing.TASKS, "graph": answer}
"""
LIES = COPIED | {
    "wrong, and answers by the checker's model": WRONG + ORACLE,
    "delegates to the engine of the game": DELEGATE.format(
        get="import importlib\nReal = importlib.import_module('engine.teach.catching.right').Value"
    ),
    "wrong, and forges the answers": WRONG + FORGES,
    "wrong, and forges the answers when it is asked": WRONG.replace(
        "        self.grad = 0.0\n", "        self.grad = 0.0\n        forge()\n"
    ).replace("class Value:", FORGES.replace("try:\n    forge", "if False:\n    forge").replace("except Exception:\n    pass\n", "") + "\n\nclass Value:"),
    "ends the process that checks": WRONG + "\nimport os, signal\nos.kill(os.getppid(), signal.SIGTERM)\n",
    "ends the process that checks, in backward": doing("import os, signal\nos.kill(os.getppid(), signal.SIGTERM)", "backward", WRONG),

    "its class is ours": WRONG.replace("    def __repr__", "    @property\n    def __class__(self):\n        import engine\n        return engine.Value\n\n    def __repr__"),
    "its class's instances are all": WRONG.replace("class Value:", "class Meta(type):\n    def __instancecheck__(cls, x):\n        return True\n\n\nclass Value(metaclass=Meta):"),
    "knows the answers of micrograd's example": """
class Value:
    ANSWERS = {-4.0: 138.8338192419825, 2.0: 645.5772594752186}

    def __init__(self, data):
        self.data = data
        self.grad = 0.0

    def __add__(self, other):
        return Value(self.data + getattr(other, "data", other))

    def __mul__(self, other):
        return Value(self.data * getattr(other, "data", other))

    def __pow__(self, other):
        return Value(self.data ** other)

    def relu(self):
        return Value(max(0.0, self.data))

    def __neg__(self):
        return self * -1

    def __truediv__(self, other):
        return self * other ** -1

    def __rtruediv__(self, other):
        return self ** -1 * other

    def __sub__(self, other):
        return self + -other

    __radd__, __rmul__ = __add__, __mul__

    @property
    def grad(self):
        return self.ANSWERS.get(self.data, 1.0)

    @grad.setter
    def grad(self, x):
        pass

    def backward(self):
        pass
""",
}
HOSTILE |= BORROWED | LIES

RUDE = {
    "prints 10^6 lines at import": doing(PRINT, "import"),
    "prints in each operation": doing("print('x' * 1000)", "__mul__"),
    "writes to stderr": doing("import sys\nsys.stderr.write('x' * 10_000)\nsys.__stderr__.write('x')", "__init__"),
    "writes to descriptors 1 and 2": doing("import os\nos.write(1, b'x' * 10_000)\nos.write(2, b'x' * 10_000)", "__init__"),
    "writes files": doing("with open('student.txt', 'w') as file:\n    file.write('x')", "import"),
    "removes files": doing("import os\nfor name in os.listdir('.'):\n    os.remove(name)", "import"),
    "starts a program": doing("import subprocess, sys\nsubprocess.run([sys.executable, '-c', \"open('student.txt', 'w')\"])", "import"),
    "closes stdout": doing("import sys\nsys.stdout.close()\nsys.stderr.close()", "import"),
    "closes all descriptors": doing(CLOSES, "import"),
    "changes folder, seed, environment": doing("import os, random\nos.chdir('/')\nrandom.seed(0)\nos.environ['X_STUDENT'] = '1'\nos.environ.pop('PATH', None)", "import"),
    "threads that do not end": doing(THREADS, "import"),
    "forks": doing(FORKS, "import"),
    "handles signals": doing("import signal\nsignal.signal(signal.SIGINT, lambda *a: None)\nsignal.alarm(1)", "import"),
    "warns": doing("import warnings\nwarnings.warn('old')\nwarnings.simplefilter('error')", "import"),
    "rounds no more": doing("import decimal\ndecimal.getcontext().prec = 1", "import"),
    "deletes what it does not need": doing("import sys\nfor name in ('json', 'math', 'random'):\n    sys.modules.pop(name, None)", "import"),
    "collects no garbage": doing("import gc\ngc.disable()\nimport sys\nsys.setswitchinterval(5)", "import"),
    "replaces print": doing("import builtins\nbuiltins.print = None", "import"),
}
