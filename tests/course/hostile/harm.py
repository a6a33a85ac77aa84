"""Attacks that want to hurt: other students, the machine, the instructor who reads the result."""

from hostile.listed import FIND
from hostile.making import (
    ALL,
    ERROR,
    GRADED,
    LEAKED,
    MARK,
    adding,
    answering,
    attack,
    early,
    find,
    right,
    trying,
    writing,
)

LEFT_OUT = "a cell of your own took over 4 s: it is left out"

# --- other processes -----------------------------------------------------------------------------
SIGNALS = f"""
import ctypes, os, platform, struct
c = ctypes.CDLL(None, use_errno=True)
arm = platform.machine() == "aarch64"
info = ctypes.create_string_buffer(struct.pack("iii", 9, 0, -1) + bytes(116))
me, parent = os.getpid(), os.getppid()
for other in [parent, 1, -1, 0, *range(parent - 20, parent), *range(parent + 1, me)]:
    queue = c.syscall(138 if arm else 129, other, 9, info)
    thread = c.syscall(131 if arm else 234, other, other, 9)
    if 0 in (queue, thread, c.kill(other, 9)) or c.syscall(434, other, 0) >= 0:
        print("{LEAKED}", other)
"""
attack("signals_by_other_names", ALL, GRADED, early(SIGNALS))
attack("signals_by_descriptors", ALL, GRADED, early(trying(
    "import fcntl, os; fcntl.fcntl(3, 8, os.getppid())", "import fcntl; fcntl.fcntl(3, 10, 9)",
    "import fcntl, struct; fcntl.fcntl(3, 15, struct.pack('ii', 1, 1))",
    "import fcntl, struct; fcntl.ioctl(3, 0x8901, struct.pack('i', 1))",
    "import fcntl; fcntl.ioctl(0, 0x5412, b'x')")))  # fmt: skip
attack("programs", ALL, GRADED, early(trying(
    "import subprocess; subprocess.run(['true'], check=True)",
    "import os; os.execv('/bin/sh', ['sh'])", "import os; assert os.system('true') == 0",
    "import os; os.posix_spawn('/bin/true', ['true'], {})", "import pty; pty.fork()",
    "import os; os.forkpty()",
    "import multiprocessing as m; m.get_context('fork').Process().start()",
    "import ctypes; assert ctypes.CDLL(None).vfork() >= 0",
    f"get_ipython().run_cell_magic('bash', '', 'touch /tmp/{MARK}'); raise KeyError")))  # fmt: skip
attack("shell_magics", ALL, GRADED, early(
    f"!touch /tmp/{MARK}\n%cd /\n%cd -q @TMP@\n%pip install evil\n%env HOME=/\n"
    f"%logstart /tmp/{MARK}.log\n%save /tmp/{MARK}.py 1\n%pastebin 1\n%load /etc/passwd\n"
    "import os; os.chdir(os.environ.get('IPYTHONDIR'))"))  # fmt: skip
attack("write_file_magic", ALL, GRADED, early(f"%%writefile ../{MARK}.txt\nhello"))
attack("system_calls", ALL, GRADED, early(
    f"""
    import ctypes, platform
    c = ctypes.CDLL(None)
    x86 = {{"ptrace": 101, "setsid": 112, "mount": 165, "unshare": 272, "keyctl": 250, "bpf": 321,
           "perf": 298, "memfd": 319, "io_uring": 425, "userfaultfd": 323, "mq_open": 240,
           "shmget": 29, "semget": 64, "msgget": 68, "inotify": 253, "clone3": 435, "syslog": 103,
           "setpriority": 141, "prctl": 157, "add_key": 248, "handle": 304, "kcmp": 312}}
    for name, number in x86.items() if platform.machine() == "x86_64" else []:
        if c.syscall(number, 0, 0, 0, 0, 0, 0) >= 0:
            print("{LEAKED}", name)
    for i in range(200):
        if c.shmat(i, None, 0) != -1:
            print("{LEAKED}", "shared memory", i)
    """))  # fmt: skip
attack("root_again", ALL, GRADED, early(trying(
    "import os; os.setuid(0)", "import os; os.setresuid(0, 0, 0)", "import os; os.setgroups([0])",
    "import os; os.nice(-5)", "import resource as r; r.setrlimit(r.RLIMIT_AS, (-1, -1))",
    "import ctypes; assert ctypes.CDLL(None).capset(0, 0) == 0",
    "import os; assert os.getuid() == 0 or os.geteuid() == 0")))  # fmt: skip
attack("modes_and_times", ALL, GRADED, early(
    """
    import os
    for place in ("@OUT@", "@IN@", "@IN@/a_honest", "@IN@/a_honest/02_bias.ipynb", "@OUT@/secret",
                  "@COURSE@", "@TMP@"):
        for change in (lambda: os.chmod(place, 0), lambda: os.chown(place, 1, 1),
                       lambda: os.utime(place, (0, 0)), lambda: os.setxattr(place, "user.a", b"1")):
            try:
                change()
            except OSError:
                pass
    """))  # fmt: skip
attack(
    "copies_with_their_modes",
    ALL,
    GRADED,
    early(
        "import shutil\nopen('a', 'w').write('1')\nshutil.copy2('a', 'b')\nassert open('b').read()"
    ),
)

# --- the network ---------------------------------------------------------------------------------
attack("network", ALL, GRADED, early(trying(
    "import socket; socket.create_connection(('127.0.0.1', 80), 1)",
    "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "import socket; socket.socket(socket.AF_INET6, socket.SOCK_STREAM)",
    "import socket; socket.socket(socket.AF_UNIX).connect('/run/docker.sock')",
    "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "import socket; socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)",
    "import socket; socket.socketpair()", "import socket; socket.getaddrinfo('example.org', 80)",
    "import urllib.request as u; u.urlopen('http://example.org', timeout=1)",
    "import asyncio; asyncio.run(asyncio.open_connection('127.0.0.1', 22))",
    "import http.server as h; h.HTTPServer(('', 0), None)")))  # fmt: skip

# --- more than one's share -----------------------------------------------------------------------
attack("threads", ALL, GRADED, early(
    """
    import threading, time
    try:
        for i in range(5000):
            threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    except RuntimeError:
        pass
    """))  # fmt: skip
attack("busy_threads", ALL, GRADED, early(
    """
    import threading, hashlib
    def burn():
        while True:
            hashlib.pbkdf2_hmac("sha256", b"", b"", 10**7)
    for i in range(8):
        threading.Thread(target=burn, daemon=True).start()
    while True: pass
    """), notes=LEFT_OUT)  # fmt: skip
attack("memory_in_steps", ALL, GRADED, early(
    """
    kept = []
    try:
        while True:
            kept.append(np.empty(50_000_000, np.uint8))  # untouched, it counts all the same
    except MemoryError:
        kept.clear()
    """))  # fmt: skip
attack("recursion", 0, ERROR, early(
    """
    import sys
    sys.setrecursionlimit(10**9)
    class Deep:
        def __repr__(self): return repr(self)
    repr(Deep())
    """))  # fmt: skip
attack("null_pointer", 0, ERROR, early("import ctypes; ctypes.string_at(0)"), "the process ended")
attack("abort", 0, ERROR, early("import os; os.abort()"), "the process ended")
attack("exits_politely", ALL, GRADED, early("import sys; sys.exit()"))
attack("quits", ALL, GRADED, early("quit()"))
attack("interrupts", ALL, GRADED, early("raise KeyboardInterrupt"))
attack("exits_in_forward", 0, GRADED, answering("raise SystemExit(0)"), "SystemExit")
attack("generator_exit", 0, GRADED, answering("raise GeneratorExit"), "GeneratorExit")
attack("sleeps", ALL, GRADED, early("import time; time.sleep(10**6)"), notes=LEFT_OUT)
attack("ignores_signals", ALL, GRADED, early(
    """
    import signal
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    while True: pass
    """), notes=LEFT_OUT)  # fmt: skip
attack("regular_expression", ALL, GRADED, early(
    "import re; re.match('(a+)+$', 'a' * 60 + 'b')"), notes=LEFT_OUT)  # fmt: skip
attack("long_power", 0, ERROR, answering("y = 9 ** (9 ** 9)"), "stopped after")
attack("open_files", ALL, GRADED, early(
    """
    import os
    files = []
    try:
        while True:
            files.append(open("many", "w"))
    except OSError:
        del files
    """))  # fmt: skip
attack("one_large_file", ALL, GRADED, early(
    "with open('large', 'wb') as f:\n    while True: f.write(bytes(10**6))"))  # fmt: skip
attack("many_large_files", 0, ERROR, early(
    """
    import time
    for i in range(12):
        open(f"large{i}", "wb").write(bytes(10_000_000))
    time.sleep(60)
    """), "more than 24 MB")  # fmt: skip
attack("many_files", 0, ERROR, writing(  # by their number or, on a slow disk, by the time it takes
    "import os\nfor i in range(10**6): os.symlink('x', str(i))"), "stopped")  # fmt: skip
attack("deep_folders", 0, ERROR, early(
    """
    import os
    for i in range(1200):
        os.mkdir("d"); os.chdir("d")
    open("hidden", "w").write("x")
    """), "more than 24 MB")  # fmt: skip
attack("odd_files", ALL, GRADED, early(
    r"""
    import os
    os.mkfifo("pipe"); os.symlink(".", "self"); os.symlink("/", "root"); os.mkdir("a b")
    os.link("pipe", "pipe2")
    for name in (b"\xff\xfe", b"new\nline", b"-rf", b"\x1b[31m", b"a" * 255, "\u202e".encode()):
        open(os.path.join(os.fsencode(os.environ["HOME"]), name), "w").close()
    """))  # fmt: skip
attack("drip_and_fill", 0, ERROR, early(FIND + """
os.write(fd, struct.pack("<I", 1_000_000))
for i in range(10**4):
    os.write(fd, b" ")
    open(f"large{i}", "wb").write(bytes(5_000_000))
    time.sleep(0.05)
"""), "more than 24 MB")  # fmt: skip
attack("never_collected", ALL, GRADED, early(
    """
    import atexit, gc, time
    class Stays:
        def __del__(self):
            time.sleep(600)
    stays = Stays()
    atexit.register(time.sleep, 600)
    gc.disable()
    """))  # fmt: skip

# --- who reads the result ------------------------------------------------------------------------
SCRIPT = "</pre></td><script>alert(1)</script><img src=x onerror=alert(1)>"
FORMULA = "=cmd|' /C calc'!A0"


def scripted():
    notebook = adding(f"print({SCRIPT!r})  # {SCRIPT}", right)
    find(notebook, "bias-why")["source"] = f"{SCRIPT} [click](javascript:alert(1)) <svg onload=x>"
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            data = {"text/html": SCRIPT, "image/svg+xml": SCRIPT}
            cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]
    return notebook


attack("markdown_xss", ALL, GRADED, scripted())
attack("displays_html", ALL, GRADED, early(
    f"from IPython.display import *\ndisplay(HTML({SCRIPT!r}), Javascript('alert(1)'), "
    f"SVG(data='<svg onload=\"alert(1)\"/>'), IFrame('http://example.org', 1, 1))\n"
    "import matplotlib.pyplot as plt\n"
    f"plt.plot([1]); plt.title({SCRIPT!r}); plt.show()"))  # fmt: skip
TEXTS = {
    "script": SCRIPT,
    "formula": FORMULA,
    "formula_after_space": " \t" + FORMULA,
    "formula_sum": "@SUM(1)",
    "formula_minus": "-2+3+cmd|' /C calc'!A0",
    "terminal": "\x1b]0;mine\x07\x1b[2J\x1b[31mred\x9b31m\r\nover",
    "directions": "\u202eneddih\u2066",
    "half_a_character": "\ud800 half",
    "nul": "a\0b",
    "long": "x" * 5_000_000,
    "lines": "\n".join("abc" * 100),
    "template": "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "percent": "%s%n {0.__class__} $(touch x) `x`",
}
for name, text in TEXTS.items():
    source = "''.join(map(chr, %r))" % [*map(ord, text)] if len(text) < 9999 else "'x' * 5_000_000"
    attack(f"error_{name}", 0, GRADED, answering(f"raise NotImplementedError({source})"))
    if name in ("script", "terminal", "half_a_character"):
        attack(f"prints_{name}", ALL, GRADED, early(f"print({source})"))
attack(
    "error_of_a_name", 0, GRADED, answering(f"raise type({SCRIPT[:40]!r}, (Exception,), {{}})()")
)
attack("error_with_a_bad_text", 0, GRADED, early(
    """
    class Evil(Exception):
        def __str__(self): raise SystemExit
        __repr__ = __str__
        def _render_traceback_(self): raise KeyError
    """, lambda: answering("raise Evil()")), "cannot be shown")  # fmt: skip
attack("error_group", 0, GRADED, answering(
    "raise ExceptionGroup('many', [ValueError(i) for i in range(1000)])"),
    "ExceptionGroup")  # fmt: skip
attack("warns_for_ever", ALL, GRADED, early(
    "import warnings, sys\nwarnings.simplefilter('always')\n"
    "for i in range(10**4): warnings.warn(str(i)); sys.stderr.write('e' * 100)"))  # fmt: skip
attack("closes_its_output", ALL, GRADED, early(
    "import sys\nsys.stdout.close(); sys.stderr = None"))  # fmt: skip
attack("changes_its_output", ALL, GRADED, early(
    "import sys\ntype(sys.stdout).text = lambda self: 'y' * 10**7\n"
    "type(sys.stdout).write = lambda self, text: 1 / 0"))  # fmt: skip
attack("null_in_source", 0, GRADED, writing("class Bias:\0 pass"), "does not define")
