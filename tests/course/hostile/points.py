"""Attacks for points that are not earned: on the interpreter, the protocol, the numbers, and on
whatever lies about that could hold the answer."""

import platform

from hostile.listed import FIND
from hostile.making import (
    ALL,
    ERROR,
    FORWARD,
    GRADED,
    LEAKED,
    adding,
    answering,
    attack,
    blank,
    early,
    right,
    trying,
    writing,
    wrong,
)

# --- numbers and objects that are not what they seem ---------------------------------------------
NUMBERS = {
    "all_nan": "y = np.full(x.shape, np.nan)",
    "all_infinite": "y = np.full(x.shape, np.inf)",
    "half_nan": "y = x + self.b.data\n        y[0, 0] = np.nan",
    "complex_numbers": "y = (x + self.b.data).astype(complex)",
    "long_double": "y = (x + self.b.data).astype(np.longdouble)",
    "numbers_as_text": "y = (x + self.b.data).astype(str)",
    "numbers_as_objects": "y = (x + self.b.data).astype(object)",
    "dates": "y = np.zeros(x.shape, 'datetime64[s]')",
    "fields": "y = np.zeros(x.shape, [('a', float), ('b', float)])",
    "one_more_axis": "y = (x + self.b.data)[None]",
    "a_billion_rows": "y = np.broadcast_to(1.0, (10**9, 1000))",
    "no_rows_but_wide": "y = np.zeros((0, 10**15))",
    "a_generator": "y = (row for row in x)",
    "itself_in_a_list": "y = []\n        y.append(y)",
    "deep_list": "y = 0\n        for _ in range(500): y = [y]",
    "long_number": "y = 10 ** 5000",
    "a_module": "y = np",
}
for name, forward in NUMBERS.items():
    state = ERROR if name == "no_rows_but_wide" else GRADED  # no array has such a shape
    attack(name, 0, state, answering(forward.replace("\n        ", "\n"),
           "dx, db = dy * 0, self.b.data * 0"))  # fmt: skip
attack("eighty_megabytes", 0, GRADED, answering("y = np.zeros((10**7, 1))", "raise KeyError"),
       "80000000 bytes")  # fmt: skip
attack("sixteen_megabytes", 0, GRADED, answering("y = np.zeros(2_000_000)", "raise KeyError"),
       "2000000 numbers")  # fmt: skip
OBJECTS = {
    "array_method": "def __array__(self, *a, **k): return np.zeros((5, 3))",
    "says_it_is_an_array": "__class__ = np.ndarray",
    "equal_to_all": "def __eq__(self, other): return True\n    __hash__ = object.__hash__",
    "raises_when_looked_at": "def __getattribute__(self, name): raise KeyError(name)",
    "exits_when_looked_at": "@property\n    def __class__(self): raise SystemExit",
    "endless_when_looked_at": "@property\n    def __class__(self):\n        while True: pass",
}
for name, body in OBJECTS.items():
    state = ERROR if name.startswith("endless") else GRADED
    attack(name, 0, state, early(f"class Odd:\n    {body}", lambda: answering(
        "y = Odd()", "dx, db = Odd(), Odd()")))  # fmt: skip
attack("a_dict_that_lies", 0, GRADED, answering(backward="""
    class Lies(dict):
        def items(self): return [("b", np.zeros(1))] * 10**5
        def keys(self): return {"b"}
    return dy * 0, Lies(b=0)
    """, forward="y = x * 0"))  # fmt: skip
attack("subclass_that_converts", 0, GRADED, answering("""
    class Sly(np.ndarray):
        def tobytes(self, *a): return bytes(8 * self.size)
        def astype(self, *a, **k): return self
        dtype = property(lambda self: np.dtype(float))
        nbytes = 0
    y = np.zeros(x.shape).view(Sly)
    """, "dx, db = dy * 0, self.b.data * 0"))  # fmt: skip

# --- answers that depend on how often, or when, they are asked -----------------------------------
attack("right_only_once", 0, GRADED, answering("""
    self.calls = getattr(self, "calls", 0) + 1
    y = x + self.b.data * (self.calls == 1)
    """, "dx, db = dy * 0, self.b.data * 0"))  # fmt: skip
attack("zero_makes_zero_right", 0, GRADED, answering("y = x * 0", """
    self.calls = getattr(self, "calls", 0) + 1
    if self.calls > 2:
        dy[...] = 0
    dx, db = dy * 0, self.b.data * 0
    """))  # fmt: skip
attack("empties_what_it_is_given", 0, GRADED, answering("""
    x[...] = 0
    self.b.data[...] = 0
    y = x
    """, "dy[...] = 0\ndx, db = dy, self.b.data"))  # fmt: skip
attack("forgets_its_parameter", 0, GRADED, answering("""
    self.b = nn.Parameter(np.zeros(0))
    y = x
    """, "dx, db = dy * 2, self.b.data"))  # fmt: skip
attack("swaps_its_parameter", 0, GRADED, answering("""
    self.b.data = np.full(self.b.data.shape, 1e300)
    y = x * 0
    """, "dx, db = dy * 0, self.b.data"))  # fmt: skip
attack("another_when_watched", 0, GRADED, early(
    """
    import sys
    def watched():
        frame = sys._getframe()
        while frame:
            if frame.f_code.co_name == "run_cell":
                return True
            frame = frame.f_back
    """, lambda: answering("y = x + self.b.data if watched() else x",
                           "dx, db = (dy, dy.sum(0)) if watched() else (dy * 0, 0)")))  # fmt: skip
attack("random_guess", 0, GRADED, answering("y = x + np.random.normal(size=x.shape[1])",
       "dx, db = np.random.normal(size=dy.shape), np.random.normal(size=dy.shape[1])"))  # fmt: skip

# --- the worker's own code -----------------------------------------------------------------------
MAIN = """
import sys
class Main:  # the worker's own names
    def __init__(self):
        frame = sys._getframe()
        while "Programs" not in frame.f_globals:
            frame = frame.f_back
        self.__dict__ = frame.f_globals
main = Main()
"""
WORKER = {
    "patch_programs": "main.Programs.run = lambda self, program, start: [7.0] * 20",
    "patch_run_cell": "main.run_cell = lambda shell, source: {'printed': 'ok', 'error': None}",
    "patch_listed": "main.listed = lambda value: True",
    "patch_wire_encode": "channel.encode = lambda value, buffers, depth=0: {'list': [True] * 9}",
    "patch_numpy": "np.asarray = np.ascontiguousarray = lambda *a, **k: np.zeros(3)",
    "patch_getattr": "import builtins; builtins.getattr = lambda *a: (lambda *b: 1.0)",
    "patch_json": 'import json; json.dumps = lambda *a, **k: \'{"value": true, "sizes": []}\'',
}
BREAKS = ("patch_wire_encode", "patch_json")
for name, line in WORKER.items():
    source = f"{MAIN}\nimport edunn.course.sandbox.protocol as channel\n{line}"
    state, says = ERROR if name in BREAKS else GRADED, ""
    if name == "patch_run_cell":  # by which the student's own class never runs
        says = "does not define"
    attack(name, 0, state, early(source, wrong), says)
attack("patch_and_be_right", ALL, GRADED, early(
    MAIN + "old = main.run_cell\n"
    "def run_cell(shell, source):\n    old(shell, source)\n"
    "    return {'printed': 'A' * 3_000_000, 'error': 42, 'points': 99, 'state': 'graded'}\n"
    "main.run_cell = run_cell"))  # fmt: skip
attack("odd_errors", ALL, GRADED, early(
    MAIN + "old = main.run_cell\n"
    "def run_cell(shell, source):\n    old(shell, source)\n"
    "    return {'printed': [1, {}], 'error': [None, 3, np.zeros(4), 'x' * 10**6]}\n"
    "main.run_cell = run_cell"))  # fmt: skip
ANSWERS = {
    "answer_nothing": "{}", "answer_none": "{'read': None}", "answer_empty": "{'read': []}",
    "answer_error_of_numbers": "{'error': [1, 2, 3]}", "answer_error_empty": "{'error': []}",
    "answer_true": "{'read': [True] * 3, 'points': 7}",
    "answer_both": "{'read': [1.0], 'error': 'no'}",
    "answer_odd_name": "{'error': ['a\\0b\\ud800', 'c\\ud800']}",
    "answer_other_arrays": "{'read': [np.zeros(9), np.zeros((2, 2)), np.ones(1, bool)] * 3}",
}  # fmt: skip
for name, answer in ANSWERS.items():
    source = f"""{MAIN}
send = main.Channel.send
def other(self, value, seconds=None):
    return send(self, {answer} if "printed" not in value else value)
main.Channel.send = other
"""
    attack(name, 0, GRADED, early(source, wrong))

# --- frames --------------------------------------------------------------------------------------
FRAMES = {
    "frame_no_dict": "os.write(fd, frame({'value': 7, 'sizes': []}))",
    "frame_deep": "os.write(fd, frame(b'[' * 100_000))",
    "frame_wide": "sock.sendall(frame(b'[' + b'[],' * 1_300_000 + b'[]]'))",
    "frame_of_buffers": "os.write(fd, frame({'value': 1, 'sizes': [1 << 40]}))",
    "frame_that_never_ends": "os.write(fd, struct.pack('<I', 3_000_000)); time.sleep(900)",
    "frame_drop_by_drop": "os.write(fd, struct.pack('<I', 3_000_000))\n"
    "while True:\n    os.write(fd, b' '); time.sleep(0.05)",
    "frame_huge_shape": "os.write(fd, frame({'value': {'array': [0, '<f8', [10**4000] * 900]},"
    " 'sizes': [8]}, b'12345678'))",
    "frame_pickle": "os.write(fd, frame({'value': {'array': [0, '|O', [1]]}, 'sizes': [8]},"
    " b'12345678'))",
    "frame_closes": "os.close(fd)",
    "frame_closes_all": "os.closerange(0, 64)",
    "frame_shuts_down": "sock.shutdown(socket.SHUT_RDWR)",
    "frame_null_device": "os.dup2(os.open('/dev/null', os.O_RDWR), fd)",
    "frame_does_not_read": "sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)\n"
    "os.dup2(os.open('/dev/zero', os.O_RDONLY), fd)",
    "frame_gives_descriptors": "socket.send_fds(sock, [b'xxxxxxxx'], [0, 1, 2] * 50)",
}
LATE = "frame_that_never_ends", "frame_drop_by_drop"  # the cell is left out
for name, source in FRAMES.items():
    attack(
        name,
        0,
        GRADED if name in LATE else ERROR,
        early(f"{FIND}\nsock = socket.socket(fileno=fd)\nsock.setblocking(True)\n{source}", wrong),
    )

# --- the reference -------------------------------------------------------------------------------
attack(
    "reference_by_inheritance",
    0,
    GRADED,
    writing(
        "class Bias(next(c for c in nn.Module.__subclasses__() if c.__name__ == 'Bias')):\n    pass"
    ),
)
attack("reference_by_closed_book", 0, GRADED, writing(
    "import edunn.course.student.restrict as closed\nBias = closed._closed['Bias']"))  # fmt: skip
attack("reference_by_reload", 0, GRADED, writing(
    "import importlib, sys\nfor name in list(sys.modules):\n"
    "    if name.startswith('edunn.layers'): del sys.modules[name]\n"
    "Bias = importlib.import_module('edunn.layers.linear').Bias"))  # fmt: skip
attack("reference_by_the_collector", 0, GRADED, writing(
    """
    import gc
    kinds = [o for o in gc.get_objects() if isinstance(o, type) and o.__name__ == "Bias"]
    Bias = kinds[0]
    """))  # fmt: skip
attack("reference_by_parts", 0, GRADED, writing(
    "class Bias(nn.Module):\n    def __init__(self, n, **k): self.part = nn.Dense(n, n)\n"
    "    def forward(self, x): return self.part.forward(x)"))  # fmt: skip
SECOND = f"""
import os, sys, glob, site, sysconfig
own = os.path.dirname(os.path.dirname(os.path.abspath(sys.modules["edunn"].__file__)))
places = set(sys.path + [p.rpartition("/")[0] for p in sys.path] + site.getsitepackages())
places |= {{"/usr/lib", "/usr/local/lib", "/opt", "/root", "/home", "@COURSE@", "/usr/lib/python3"}}
places |= {{sysconfig.get_path(n) for n in sysconfig.get_path_names()}}
for place in sorted(places):
    for path in glob.glob(place + "/**/edunn*", recursive=place.count("/") > 3):
        if not path.startswith(own) and not path.startswith(os.getcwd()):
            try:
                print("{LEAKED}", path, os.path.isdir(path) and os.listdir(path) or open(path))
            except OSError:
                pass
for root, folders, files in os.walk(own):
    for file in files:
        data = open(os.path.join(root, file), "rb").read()
        if b"judge_one" in data or b"y = x + self.b" in data:
            print("{LEAKED}", root, file)
"""
attack("second_copy_of_edunn", ALL, GRADED, early(SECOND))
attack(
    "source_of_the_reference",
    ALL,
    GRADED,
    early(
        trying(
            "import inspect, edunn.layers.linear as m; assert 'self.b.data' in "
            "inspect.getsource(m.Bias.forward)",
            "import edunn.layers.linear as m; assert 'data' in m.Bias.forward.__code__.co_names",
        )
    ),
)


# --- hidden things -------------------------------------------------------------------------------
attack("environment", ALL, GRADED, early(
    "import os\nprint(dict(os.environ))\nprint(open('/proc/self/environ').read())"))  # fmt: skip
READ = [
    "/etc/passwd", "/etc/shadow", "/proc/self/environ", "/proc/self/mem", "/proc/self/maps",
    "/proc/self/cmdline", "/proc/1/environ", "/proc/1/cmdline", "/proc/meminfo", "/dev/mem",
    "/dev/kmsg", "/sys/kernel/notes", "/root/.bash_history", "/var/log/dpkg.log", "@OUT@/secret",
    "@OUT@/gradebook.db", "@OUT@/records/02_bias/a_honest.json", "@IN@/a_honest/02_bias.ipynb",
    "@OUT@/handed_in/02_bias/a_honest.ipynb", "@COURSE@/solutions/02_bias.py",
    "@COURSE@/autograder/cases/02_bias.py", "@COURSE@/edunn/layers/linear.py",
    "@COURSE@/edunn/course/grading/judge.py", "@COURSE@/tests/course/hostile/points.py",
    "@COURSE@/.git/config",
]  # fmt: skip
attack("read_files", ALL, GRADED, early(trying(*(f"open({path!r})" for path in READ))))
attack(
    "list_folders",
    ALL,
    GRADED,
    early(
        trying(
            *(
                f"import os; os.listdir({path!r})"
                for path in (
                    "/",
                    "/tmp",
                    "/proc",
                    "/proc/self/fd",
                    "/home",
                    "/root",
                    "/etc",
                    "@OUT@",
                    "@IN@",
                    "@TMP@",
                    "@COURSE@",
                    "..",
                    "/dev",
                    "/sys",
                    "/run",
                )
            )
        )
    ),
)

attack(
    "the_graders_memory",
    ALL,
    GRADED,
    early(
        trying(
            "import os; open(f'/proc/{os.getppid()}/mem', 'rb')",
            "import os; open(f'/proc/{os.getppid()}/environ', 'rb')",
            "import os; os.listdir(f'/proc/{os.getppid()}/fd')",
            "import ctypes as c, os; assert c.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0",
            "import sys; assert 'edunn.course.grading.judge' in sys.modules",
            "import edunn.course.grading.judge",
            "import edunn.course.hidden_tests.cases",
            "import edunn.course.grading.gradebook",
        )
    ),
)

attack("links_into_the_open", ALL, GRADED, early(trying(
    "import os; os.symlink('/etc/passwd', 'a'); open('a')",
    "import os; os.link('/etc/passwd', 'b'); open('b')",
    "import os; os.rename('/etc/passwd', 'c')",
    "import os; os.chroot('.')",
    "import os; d = os.open('/etc', os.O_PATH); os.open('passwd', os.O_RDONLY, dir_fd=d)",
    "import os; os.chdir('/etc'); open('passwd')",
    "import os; os.chdir(os.environ['HOME']); raise KeyError")))  # fmt: skip
attack("other_cells_hold_the_class", FORWARD, GRADED, adding(
    "class Bias(Bias):\n    def forward(self, x): return x + self.b.data\n"
    "    def backward(self, dy): return dy * 0, {'b': self.b.data * 0}",
    blank), "gradient")  # fmt: skip
attack("reset_after_the_class", 0, GRADED, adding("%reset -f", right), "does not define Bias")
attack("mock", 0, GRADED, writing("from unittest.mock import MagicMock\nBias = MagicMock()"))
attack("class_is_a_function", 0, GRADED, writing("def Bias(*a, **k): return None"))
attack("metaclass", 0, GRADED, writing(
    """
    class Meta(type):
        def __instancecheck__(self, other): return True
        def __eq__(self, other): return True
        def __call__(self, *a, **k): return self
        def __getattr__(self, name): return lambda *a, **k: True
        __hash__ = type.__hash__
    class Bias(metaclass=Meta): pass
    """))  # fmt: skip
if platform.machine() == "x86_64":
    attack("thirty_two_bits", 0, ERROR, early(
        """
        import ctypes, mmap
        page = mmap.mmap(-1, 4096, prot=7)
        page.write(bytes.fromhex("b814000000 cd80 c3"))  # getpid by another door
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        print(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
        """, wrong), "the process ended")  # fmt: skip
    attack("x32_numbers", 0, ERROR, early(
        "import ctypes; ctypes.CDLL(None).syscall(0x40000000 + 39)", wrong), "ended")  # fmt: skip
