"""A second round of attacks: on the reference by other doors, on the channel by dtypes, on the
judge's patience, on what is shared with other programs of the machine."""

import platform

from hostile.listed import FIND
from hostile.making import (
    ALL,
    ERROR,
    GRADED,
    LEAKED,
    NAME,
    adding,
    answering,
    attack,
    blank,
    early,
    find,
    raw,
    right,
    writing,
    wrong,
)
from hostile.points import MAIN

# --- the reference, by other doors ---------------------------------------------------------------
DOORS = {
    "my_edunn": "from my_edunn import Bias",
    "torchlike": "import edunn.torchlike as t\n"
    "class Bias(t.Linear):\n    def __init__(self, n, *a): super().__init__(n, n)",
    "a_pickle": "import pickle\nBias = pickle.loads(b'cedunn.layers.linear\\nBias\\n.')",
    "its_file": "import importlib.util as u, edunn.layers.linear as m\n"
    "spec = u.spec_from_file_location('again', m.__file__)\nagain = u.module_from_spec(spec)\n"
    "spec.loader.exec_module(again)\nBias = again.Bias",
    "compiled_file": "import marshal, glob, os, edunn.layers.linear as m\n"
    "path = glob.glob(os.path.dirname(m.__file__) + '/__pycache__/linear.*.pyc')[0]\n"
    "exec(marshal.loads(open(path, 'rb').read()[16:]))",
    "a_package_loader": "import pkgutil\n"
    "exec(pkgutil.get_data('edunn', 'layers/linear.py').decode())",
    "a_regression": "class Bias(nn.model.LinearRegression):\n"
    "    def __init__(self, n, *a): super().__init__(n, n)",
    "a_mapping": "import edunn.layers.dense as d, edunn.model as m\n"
    "Bias = vars(d).get('Bias') or vars(m).get('Bias') or nn.Bias",
    "subclasses_of_all": "def below(kind):\n    yield kind\n"
    "    for one in type.__subclasses__(kind): yield from below(one)\n"
    "Bias = [c for c in below(object) if c.__name__ == 'Bias' and hasattr(c, 'forward')][0]",
    "old_functions": "import gc, types\nold = [f for f in gc.get_objects() if isinstance(f, "
    "types.FunctionType) and f.__qualname__ == 'Bias.forward']\n"
    "class Bias(nn.Module):\n    forward = old[-1]",
    "referrers": "import gc\nfound = [r for r in gc.get_referrers(nn.Parameter) "
    "if isinstance(r, dict) and 'Bias' in r]\nBias = found[-1]['Bias']",
    "the_shell": "Bias = get_ipython().user_global_ns['nn'].__dict__['Bias']",
}
for name, source in DOORS.items():
    attack(f"door_{name}", 0, GRADED, writing(source))

# --- parameters, caches and modes that are not what they seem ------------------------------------
LAYERS = {
    "another_parameter_each_time": "b = property(lambda self: nn.Parameter(np.zeros(3)), "
    "lambda self, value: None)",
    "names_that_lie": "def named_parameters(self): return {'b': nn.Parameter(np.zeros(1))}",
    "names_without_end": "def named_parameters(self):\n        while True: yield 1",
    "a_cache_that_raises": "cache = property(lambda self: 1 / 0, lambda self, value: None)",
    "a_mode_that_raises": "def train(self, mode=True): raise KeyError('b')",
    "every_attribute": "def __getattr__(self, name): return lambda *a, **k: np.zeros(3)",
    "no_attribute": "def __getattribute__(self, name): raise AttributeError(name)",
    "set_does_nothing": "def __setattr__(self, name, value): pass",
}
for name, body in LAYERS.items():
    source = f"class Bias(nn.Module):\n    {body}\n    def __init__(self, n, *a): pass\n"
    source += "    def forward(self, x): return x * 0\n    def backward(self, dy): return dy, {}"
    attack(name, 0, GRADED, writing(source))
attack("answers_of_an_earlier_layer", 0, GRADED, early("KEPT = []", lambda: answering(
    "KEPT.append(x)\ny = KEPT[0]", "KEPT.append(dy)\ndx, db = KEPT[0], KEPT[0]")))  # fmt: skip

# --- numbers on the channel --------------------------------------------------------------------
DTYPES = ["(2,)f8", "<f8,<f8", "V8", "O", "U4", "M8[s]", "c16", "f16", "<f8\\0", "", "|b1" * 99]
FORGED = {
    f"dtype_{i}": f"{{'value': {{'array': [0, '{dtype}', [1]]}}, 'sizes': [8]}}"
    for i, dtype in enumerate(DTYPES)
}
FORGED |= {
    "size_below_zero": "{'value': 1, 'sizes': [-8]}",
    "size_true": "{'value': 1, 'sizes': [True]}",
    "shape_below_zero": "{'value': {'array': [0, '<f8', [-1]]}, 'sizes': [8]}",
    "shape_of_fractions": "{'value': {'array': [0, '<f8', [1.0]]}, 'sizes': [8]}",
    "buffer_that_is_not_there": "{'value': {'array': [7, '<f8', [1]]}, 'sizes': [8]}",
    "two_kinds": "{'value': {'array': [0, '<f8', [1]], 'list': []}, 'sizes': [8]}",
    "no_header": "[]",
}
for name, header in FORGED.items():
    attack(f"wire_{name}", 0, ERROR, early(
        f"{FIND}os.write(fd, frame({header}, b'12345678'))", wrong))  # fmt: skip
attack(
    "output_into_the_wire", 0, ERROR, early(FIND + "os.dup2(fd, 1); os.write(1, b'x' * 99)", wrong)
)

# --- the judge's patience and the instructor's ---------------------------------------------------
WATCHED = """
import sys
def watched():
    frame = sys._getframe()
    while frame and frame.f_code.co_name != "run_cell":
        frame = frame.f_back
    return frame is not None
"""
attack("endless_when_it_counts", 0, ERROR, early(WATCHED, lambda: answering(
    "while not watched(): pass\ny = x + self.b.data")),
    "stopped after 4 s in cell bias-forward")  # fmt: skip
attack("large_outputs", 0, GRADED, answering(
    "y = np.tile(x.ravel(), 200_000)[:150_000] + self.b.data[0]",
    "dx, db = self.x * 0, self.b.data * 0"), "150000 numbers")  # fmt: skip


def flood(source, cells):
    notebook = early(MAIN + source)
    place = notebook["cells"].index(find(notebook, "bias-forward"))
    one = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    more = [one | {"id": f"f{i}", "source": f"{i}; print('<' * 19_000)"} for i in range(cells)]
    notebook["cells"][place:place] = more
    return notebook


PNG = "np.frombuffer(b'\\x89PNG\\r\\n\\x1a\\n' + bytes(490_000), np.uint8)"
attack("a_flood_of_figures", ALL, GRADED, flood(f"main.figures = lambda: [{PNG}] * 4", 40),
       notes="more than is kept")  # fmt: skip
attack("figures_with_a_script", ALL, GRADED, early(
    MAIN + "main.figures = lambda: [np.frombuffer(b'\\x89PNG\\r\\n\\x1a\\n\"><script>alert(1)"
    "</script>', np.uint8), 'text', None, np.zeros(3)] * 9"))  # fmt: skip
attack("names_without_number", ALL, GRADED, answering(
    "y = x + self.b.data\n" + ";".join(f"a{i} = 1" for i in range(9000))))  # fmt: skip
attack("numbers_without_end", ALL, GRADED, answering(
    f"y = x + self.b.data\nlong = 0x{'f' * 9000}\ndeep = {'-' * 500}1"))  # fmt: skip
for name, kind in {
    "of_a_diagnosis": "type('raises', (Exception,), {})('Bias.forward: x stops with an error: ')",
    "of_the_graders": "type('ProtocolTimeout', (Exception,), {})('it did not answer in time')",
    "of_a_long_name": "type('E' * 100_000, (Exception,), {})('=1+1')",
    "that_is_a_warning": "DeprecationWarning('old')",
    "of_memory": "MemoryError()",
    "of_the_system": "OSError(5, 'Input/output error')",
    "of_recursion": "RecursionError('deep')",
    "to_stop": "StopIteration(3)",
}.items():
    attack(f"error_{name}", 0, GRADED, answering(f"raise {kind}"))

# --- what is shared with the machine -------------------------------------------------------------
if platform.machine() == "x86_64":
    attack("system_calls_of_before", ALL, GRADED, early(f"""
        import ctypes
        c = ctypes.CDLL(None)
        place = ctypes.create_string_buffer(8)
        for name, number in dict(io_setup=206, swapoff=168, reboot=169, acct=163, quotactl=179,
                                 kexec=246, init_module=175, pivot_root=155, chroot=161,
                                 settimeofday=164, sethostname=170, iopl=172).items():
            if c.syscall(number, 10, place, 0, 0, 0) == 0:
                print("{LEAKED}", name)
        """))  # fmt: skip
attack("leases_and_locks", ALL, GRADED, early("""
    import fcntl, os
    for path in ("mine", "/dev/null", np.__file__, nn.__file__):
        try:
            file = open(path, "w" if path == "mine" else "r")
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        except OSError:
            pass
    """))  # fmt: skip
attack("deleted_and_mapped", 0, ERROR, early("""
    import mmap, os, time
    kept = []
    for i in range(8):
        file = os.open("gone", os.O_RDWR | os.O_CREAT)
        os.unlink("gone")
        os.truncate(file, 8_000_000)
        kept.append(mmap.mmap(file, 8_000_000))
        os.close(file)
    time.sleep(2)
    """), "more than 24 MB")  # fmt: skip
attack("links_for_who_looks", ALL, GRADED, early("""
    import os, threading
    def swap():
        while True:
            try:
                os.mkdir("place"); os.rmdir("place"); os.symlink("/proc", "place")
                os.unlink("place")
            except OSError:
                pass
    threading.Thread(target=swap, daemon=True).start()
    """))  # fmt: skip
attack("timers_and_signals", ALL, GRADED, early("""
    import signal
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    signal.signal(signal.SIGALRM, lambda *all: None)
    signal.setitimer(signal.ITIMER_PROF, 0.05, 0.05)
    signal.signal(signal.SIGPROF, signal.SIG_IGN)
    """))  # fmt: skip
attack("pipes_full_of_memory", ALL, GRADED, early("""
    import fcntl, os
    pipes = []
    try:
        while True:
            r, w = os.pipe()
            pipes += [r, w]
            fcntl.fcntl(w, 1031, 1 << 20)
            os.set_blocking(w, False)
            os.write(w, bytes(1 << 20))
    except OSError:
        for one in pipes: os.close(one)
    """))  # fmt: skip
attack("hooks", ALL, GRADED, early("""
    import builtins, gc, sys, threading
    sys.addaudithook(lambda *all: None)
    sys.excepthook = threading.excepthook = sys.unraisablehook = None
    gc.callbacks.append(lambda *all: 1 / 0)
    sys.setswitchinterval(1e-6)
    sys.dont_write_bytecode = True
    sys.path[:] = []
    sys.path_hooks[:] = []
    """))  # fmt: skip
attack("no_modules", 0, GRADED, adding("import sys\nsys.modules.clear()", wrong))
attack("no_builtins", 0, ERROR, adding(
    "import builtins as b\nfor name in list(vars(b)): delattr(b, name)", wrong))  # fmt: skip
attack("no_names", 0, GRADED, adding(
    "get_ipython().user_ns.clear()", right), "does not define")  # fmt: skip
attack("own_memory", 0, ERROR, early(
    "import ctypes\nctypes.memset(id(np.ndarray), 255, 4096)", wrong))  # fmt: skip


# --- files ---------------------------------------------------------------------------------------
def notebooks(**contents):
    def files(folder):
        for name, content in contents.items():
            (folder / name.replace("_dot_", ".")).write_bytes(raw(content()))

    return files


attack("two_browsers_files", ALL, GRADED, notebooks(**{
    f"{NAME}.ipynb.json": right, f"{NAME}.ipynb.txt.exe": wrong}))  # fmt: skip
attack("another_exercise_too", ALL, GRADED, notebooks(**{
    f"{NAME}.ipynb": right, "03_linear.ipynb": blank}))  # fmt: skip
attack("metadata_of_a_download", ALL, GRADED, notebooks(**{
    f"{NAME}.ipynb": blank, "a_honest_1_2_02_bias.ipynb": right,
    "a_honest_11_assignsubmission_file_02_bias.ipynb": right}),
    notes="the file is called a_honest_11_assignsubmission_file_")  # fmt: skip
