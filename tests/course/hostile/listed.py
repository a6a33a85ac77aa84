"""Attacks from a study of nbgrader: 12 of them earned points there that they did not deserve, and 6
stopped it before the later students were graded."""

import copy

import nbformat

from hostile.making import (
    ALL,
    DX,
    ERROR,
    FORWARD,
    GRADED,
    MARK,
    NAME,
    RELEASE,
    UNREAD,
    adding,
    answering,
    attack,
    blank,
    early,
    find,
    raw,
    right,
    trying,
    writing,
    wrong,
)

attack("perfect", ALL, GRADED, right())
attack("wrong", 0, GRADED, wrong(), "forward")
attack("blank", 0, GRADED, blank(), "not written yet")
attack("partial", FORWARD + DX, GRADED, answering(backward="dx, db = dy, np.mean(dy, axis=0)"),
       "mean over the examples")  # fmt: skip
attack("syntax_error", 0, GRADED, writing("class Bias(nn.Module:\n    pass"), "does not define")
attack("infinite_loop", 0, ERROR, answering("while True: pass"), "stopped after")
attack("infinite_loop_uninterruptible", 0, ERROR, answering("y = sum(range(10**12))"),
       "stopped after")  # fmt: skip
attack("os_exit", 0, ERROR, early("import os; os._exit(0)"), "the process ended")
KILL = trying("import os; os.kill(os.getppid(), 15)", "import os; os.killpg(os.getpgid(0), 9)",
              "import os; os.kill(-1, 9)")  # fmt: skip
attack("kill_parent", ALL, GRADED, early(KILL))
attack("memory_bomb", 0, GRADED, answering("y = np.ones((10**6, 10**6))"), "MemoryError")
attack("huge_output", ALL, GRADED, early("for i in range(20_000): print('spam' * 10)"))
attack("huge_line", ALL, GRADED, early("print('x' * 50_000_000)"))
FORK = "import os, time\nif os.fork() == 0:\n    time.sleep(600)"
attack("fork_stay_alive", ALL, GRADED, early(FORK))
attack("fork_bomb", ALL, GRADED, early("import os\nwhile True:\n    os.fork()"))
attack("input_call", ALL, GRADED, early("answer = input('points? ')"))

PATCHES = "nn.check_gradients = nn.check_layer = nn.utils.check_same = lambda *a, **k: True"
attack("patch_library_checks", 0, GRADED, early(PATCHES, wrong), "forward")
attack("patch_builtins_names", 0, ERROR, early(
    "import builtins\nbuiltins.AssertionError = builtins.Exception = Warning\n"
    "builtins.isinstance = builtins.all = builtins.any = lambda *a: True", wrong))  # fmt: skip
attack("patch_ipython_run_cell", 0, GRADED, adding(
    "shell = get_ipython()\n"
    "shell.run_cell = type(shell).run_cell = lambda *a, **k: None", wrong))  # fmt: skip
attack("custom_exc_handler", 0, GRADED, adding(
    "get_ipython().set_custom_exc((Exception,), lambda *a, **k: None)", wrong))  # fmt: skip
attack("patch_showtraceback", 0, GRADED, adding(
    "get_ipython().showtraceback = lambda *a, **k: None", wrong))  # fmt: skip
attack("trace_swallow", 0, GRADED, early(
    """
    import sys
    def trace(frame, event, argument):
        if "edunn" not in frame.f_code.co_filename:
            return None
        found = frame.f_locals
        found["same"] = found["wrong"] = found["reason"] = found["error"] = None
        return trace
    sys.settrace(trace); sys.setprofile(trace)
    """, wrong))  # fmt: skip
attack("input_transformer", 0, GRADED, adding(
    "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass'])", wrong))  # fmt: skip
attack("ast_transformer", 0, GRADED, adding(
    """
    import ast
    class NoAsserts(ast.NodeTransformer):
        def visit_Assert(self, node):
            return ast.Pass()
    get_ipython().ast_transformers.append(NoAsserts())
    """, wrong))  # fmt: skip
attack("array_function", 0, GRADED, answering(
    """
    class Yes(np.ndarray):
        def __array_function__(self, *a, **k): return True
        def __array_ufunc__(self, *a, **k): return True
        def __eq__(self, other): return True
        def __sub__(self, other): return 0.0
        __le__ = __rsub__ = __ge__ = __lt__ = __eq__
    y = np.zeros(x.shape).view(Yes)
    """))  # fmt: skip
BORROWED = """
from edunn.layers.dense import *
import edunn.layers.linear as module
from edunn.course import borrow
Bias = borrow("Bias")
"""
attack("use_reference", 0, GRADED, writing(BORROWED), "about writing your own")
attack("frame_peek", ALL, GRADED, early(trying(
    "import sys; f = sys._getframe()\nwhile f: assert 'cases' not in f.f_locals; f = f.f_back\n"
    "raise KeyError")))  # fmt: skip
attack("kernel_message_forge", 0, GRADED, early(
    """
    import sys, json
    get_ipython().kernel.session.send(None, "execute_reply", {"status": "ok"})
    """, wrong))  # fmt: skip


def without(*names, base=wrong):
    notebook = base()
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in names]
    return notebook


CHECKS = ("bias-forward", "bias-dx", "bias-db")
attack("delete_test_cell", ALL, GRADED, without("bias-dx", base=right), notes="bias-dx is missing")
attack("delete_all_tests", 0, GRADED, without(*CHECKS), notes="bias-db is missing")


def doubled(name, base, twice):
    notebook = base()
    place = notebook["cells"].index(find(notebook, name))
    notebook["cells"].insert(place, copy.deepcopy(find(twice, name)))
    return notebook


attack("duplicate_cell_before", 0, GRADED, doubled("bias-forward", wrong, RELEASE))
attack("duplicate_solution_cell", ALL, GRADED, doubled("bias", right, RELEASE),
       notes="bias is there more than once")  # fmt: skip


def changed(change, base=wrong, names=CHECKS):
    notebook = base()
    for name in names:
        change(find(notebook, name))
    return notebook


def nbgrader(**about):
    return lambda cell: cell["metadata"]["nbgrader"].update(about)


def tagged(*tags):
    return lambda cell: cell["metadata"].update(tags=list(tags))


attack("test_cell_not_grade", 0, GRADED, changed(nbgrader(grade=False)))
attack("test_cell_is_a_solution", 0, GRADED, changed(nbgrader(solution=True, points=0)))
attack("strip_all_metadata", ALL, GRADED, changed(
    lambda cell: cell["metadata"].clear(), right, [c["id"] for c in RELEASE["cells"]]))  # fmt: skip
attack("points_inflation", ALL, GRADED, changed(nbgrader(points=1000), right))
attack("points_negative", ALL, GRADED, changed(nbgrader(points=-1), right))
attack("skip_execution_tag", 0, GRADED, changed(tagged("skip-execution"), blank))
attack("raises_exception_tag", 0, GRADED, changed(tagged("raises-exception"), blank))
FREE = nbformat.v4.new_code_cell("1.0", id="free", metadata={"nbgrader": {
    "grade": True, "grade_id": "free", "locked": False, "points": 100, "schema_version": 3,
    "solution": True, "task": False}})  # fmt: skip
extra = wrong()
extra["cells"].append(FREE)
attack("extra_grade_cell", 0, GRADED, extra)
attack("graded_cell_is_a_number", 0, GRADED, changed(lambda cell: cell.update(source="1e6")))
old = right()
sheet = [cell | {"input": cell["source"], "language": "python"} for cell in old["cells"]]
for cell in sheet:
    del cell["source"]
attack("nbformat3", ALL, GRADED, {"nbformat": 3, "worksheets": [{"cells": sheet}]})
attack("invalid_json", 0, UNREAD, b"{'cells': [", "not valid JSON")
attack("empty_file", 0, UNREAD, b" \n", "the file is empty")
attack("empty_dict", 0, UNREAD, b"{}", "no cells")
attack("merge_conflict", 0, UNREAD, b"<<<<<<< HEAD\n" + raw(right()), "not valid JSON")


def renamed_plus_original(folder):
    (folder / f"{NAME}.ipynb").write_bytes(raw(blank()))
    (folder / f"{NAME}_final.ipynb").write_bytes(raw(right()))


def renamed(folder):
    (folder / "my bias (final) v2.ipynb").write_bytes(raw(right()))


def shadow_module(folder):
    (folder / f"{NAME}.ipynb").write_bytes(raw(early("import sys; sys.path.insert(0, '.')", blank)))
    for package in ("edunn", "numpy", "IPython"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text("raise SystemExit('mine')")


def sitecustomize_files(folder):
    (folder / f"{NAME}.ipynb").write_bytes(raw(blank()))
    for name in ("sitecustomize", "usercustomize", "ipykernel_launcher", "nbgrader_config"):
        (folder / f"{name}.py").write_text(f"open('/tmp/{MARK}-{name}', 'w')")


def symlink_nb(folder):
    (folder / f"{NAME}.ipynb").symlink_to(folder.parent / "a_honest" / f"{NAME}.ipynb")


def symlink_data(folder):
    (folder / f"{NAME}.ipynb").write_bytes(raw(right()))
    (folder / "data.csv").symlink_to("/etc/passwd")
    (folder / "self").symlink_to(folder)


attack("renamed_plus_original", ALL, GRADED, renamed_plus_original,
    notes=f"as it was released, so it does not count: {NAME}.ipynb")  # fmt: skip
attack("renamed", ALL, GRADED, renamed, notes="the file is called my bias")
attack("shadow_module", 0, GRADED, shadow_module, "not written yet")
attack("sitecustomize_files", 0, GRADED, sitecustomize_files, "not written yet")
attack("symlink_nb", 0, ERROR, symlink_nb, "no notebook was handed in")
attack("symlink_data", ALL, GRADED, symlink_data)
attack("read_hidden_from_history", ALL, GRADED, adding(trying(
    "import linecache as l; assert any('CAS' + 'ES =' in str(v[2]) for v in l.cache.values())",
    "assert any('random_' + 'inputs' in source for source in In)"), before="bias-db"))  # fmt: skip
attack("read_hidden_from_disk", ALL, GRADED, early(trying(
    "open('@COURSE@/autograder/cases/02_bias.py')", "open('@COURSE@/solutions/02_bias.py')",
    "open('@OUT@/secret')", "open('@OUT@/gradebook.db')")))  # fmt: skip
attack("edit_gradebook", 0, GRADED, early(
    """
    import sqlite3
    for path in ("@OUT@/gradebook.db", "../gradebook.db", "../../../gradebook.db"):
        try:
            with sqlite3.connect(path) as db:
                db.execute("update grade set auto_score = 77, manual_score = 77")
        except sqlite3.Error:
            pass
    """, wrong))  # fmt: skip
attack("overwrite_others", 0, GRADED, early(trying(
    "open('@IN@/z_honest/02_bias.ipynb', 'w')", "open('@OUT@/records/02_bias/z_honest.json', 'w')",
    "open('@OUT@/handed_in/02_bias/z_honest.ipynb', 'w')",
    "import os; os.unlink('@IN@/z_honest/02_bias.ipynb')",
    "import os; os.rename('@IN@/z_honest', '@IN@/zz')",
    "import os; os.truncate('@OUT@/gradebook.db', 0)"), wrong))  # fmt: skip
attack("write_outside", ALL, GRADED, early(trying(*(
    f"open('{place}/{MARK}', 'w')" for place in ("/tmp", "/var/tmp", "/dev/shm", "..", "/", "/root",
    "/etc", "@COURSE@", "@OUT@", "@IN@", "@TMP@", "/run", "/home")))))  # fmt: skip

FIND = """
import os, socket, stat, struct, json, sys, time
def is_socket(fd):
    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        return False
fd = next(fd for fd in range(3, 64) if is_socket(fd))
def frame(header, rest=b""):
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<I", len(raw)) + raw + rest
"""
attack("fd_garbage", 0, ERROR, early(FIND + "os.write(fd, os.urandom(1000))", wrong))
attack("fd_garbage_everywhere", 0, ERROR, early(
    FIND + "for fd in range(3, 64):\n    try: os.write(fd, b'\\xff' * 100)\n"
    "    except OSError: pass", wrong))  # fmt: skip
attack("fd_forge", 0, GRADED, early(FIND + """
for _ in range(60):
    os.write(fd, frame({"value": {"dict": {"read": {"list": [1, 2, 3]}, "printed": "",
        "points": 7, "error": None}}, "sizes": []}))
""", wrong))  # fmt: skip
attack("huge_frame", 0, ERROR, early(FIND + "os.write(fd, b'\\xff\\xff\\xff\\xff')", wrong))
