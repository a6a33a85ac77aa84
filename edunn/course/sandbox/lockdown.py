"""Lock this process up before it runs a student's code: files, network, processes, resources.

Three mechanisms of Linux, called from plain Python; none can be undone, and all later code is under
them:
Landlock (which files may be read and written; no TCP), seccomp (which system calls exist: no
sockets, no new processes, no signals to others, no change of a file's owner or mode, no blocks of
the disk that do not show in a file's size) and resource
limits. None needs root; root becomes a user without rights first.

Sources: Documentation/userspace-api/landlock.rst and seccomp_filter.rst of the Linux kernel.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct
from typing import Any

LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446  # on every architecture
EXECUTE, WRITE, READ, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL = 1 << 14, 1 << 15
ON_FILES = EXECUTE | WRITE | READ | TRUNCATE | IOCTL  # the rights that a single file can have
NOBODY = 65534  # whom root becomes where there is no user for each worker
CAP_DAC_READ_SEARCH = 2
PR_SET_KEEPCAPS = 8
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
CLONE_THREAD = 0x10000

MACHINES = ("x86_64", "aarch64")
AUDIT = (0xC000003E, 0xC00000B7)  # the kernel's numbers for these machines
CLONE = (56, 220)
REFUSED: dict[str, tuple[int, int | None]] = {  # the numbers of these calls on each machine
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "socket": (41, 198),
    "connect": (42, 203), "accept": (43, 202), "bind": (49, 200), "listen": (50, 201),
    "socketpair": (53, 199), "fork": (57, None), "vfork": (58, None), "execve": (59, 221),
    "kill": (62, 129), "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191),
    "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "chmod": (90, None), "fchmod": (91, 52), "chown": (92, None), "fchown": (93, 55),
    "lchown": (94, None), "ptrace": (101, 117), "syslog": (103, 116), "setpgid": (109, 154),
    "setsid": (112, 157), "rt_sigqueueinfo": (129, 138), "utime": (132, None),
    "setpriority": (141, 140), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "prctl": (157, 167), "setrlimit": (160, 164), "sync": (162, 81), "mount": (165, 40),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16), "tkill": (200, 130),
    "sched_setaffinity": (203, 122), "io_setup": (206, 0), "semtimedop": (220, 192),
    "tgkill": (234, 131), "utimes": (235, None), "mq_open": (240, 180), "mq_unlink": (241, 181),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "ioprio_set": (251, 30),
    "inotify_init": (253, None), "migrate_pages": (256, 238), "fchownat": (260, 54),
    "futimesat": (261, None), "fchmodat": (268, 53), "unshare": (272, 97),
    "move_pages": (279, 239), "utimensat": (280, 88), "accept4": (288, 242),
    "inotify_init1": (294, 26), "rt_tgsigqueueinfo": (297, 240), "perf_event_open": (298, 241),
    "fanotify_init": (300, 262), "prlimit64": (302, 261), "open_by_handle_at": (304, 265),
    "syncfs": (306, 267), "setns": (308, 268), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "kcmp": (312, 272), "sched_setattr": (314, 274),
    "memfd_create": (319, 279), "bpf": (321, 280), "execveat": (322, 281),
    "userfaultfd": (323, 282), "pidfd_send_signal": (424, 424), "io_uring_setup": (425, 425),
    "open_tree": (428, 428), "fsopen": (430, 430), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "memfd_secret": (447, 447),
    "timer_create": (222, 107), "fallocate": (285, 47),
    "fchmodat2": (452, 452), "setxattrat": (463, 463), "removexattrat": (466, 466),
    "open_tree_attr": (467, 467), "file_setattr": (469, 469),
}  # fmt: skip
PRETENDED = (  # these do nothing, and report success: shutil.copy needs some
    "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat",
    "utime", "utimes", "futimesat", "utimensat", "setxattr", "lsetxattr", "fsetxattr", "setxattrat",
)  # fmt: skip
ABSENT = ("fallocate",)  # as on a disk that cannot: its blocks need not show in a file's size
ASKED: dict[str, tuple[tuple[int, int], list[int]]] = {  # refused with these second arguments:
    "ioctl": ((16, 29), [0x5412, 0x8901, 0x8902]),  # to type for a terminal, to signal others
    "fcntl": ((72, 25), [8, 10, 15]),  # F_SETOWN, F_SETSIG, F_SETOWN_EX: to signal others
}
CLONE3 = 435
EPERM, ENOSYS, EOPNOTSUPP = 1, 38, 95

libc = ctypes.CDLL(None, use_errno=True)


def lock_down(
    read: list[str], write: list[str], limits: dict[str, int], user: int = NOBODY
) -> list[str]:
    """Confine this process, and return what is in force: of "limits", "landlock", "seccomp".

    read, write: the only files and folders that can be read, and that can be written too
    limits: by name of the resource, such as "AS"    user: whom root becomes

    Raises OSError if there is another thread, which the locks would not hold.
    """
    if len(os.listdir("/proc/self/task")) > 1:
        raise OSError(EPERM, "a process with several threads cannot be locked up")
    for name, value in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        _, most = resource.getrlimit(kind)
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(kind, (value, value))
    in_force = ["limits"]
    if os.geteuid() == 0:
        _give_up_root(user)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # it does not outlive its grader
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        # a kernel may not have them: the caller sees what is missing
        with contextlib.suppress(OSError):
            _landlock(read, write)
            in_force.append("landlock")
        if "landlock" not in in_force:  # else no other worker can look into this one, but its
            libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # grader can, who counts what it keeps open
        with contextlib.suppress(OSError):
            _seccomp()
            in_force.append("seccomp")
    return in_force


def _give_up_root(user: int) -> None:
    """Give up root, but for reading: root's Python is where only root can read. Which files can be
    read at all is up to Landlock."""
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    header, only = struct.pack("Ii", 0x20080522, 0), 1 << CAP_DAC_READ_SEARCH
    if libc.capset(header, struct.pack("IIIIII", only, only, 0, 0, 0, 0)):
        raise OSError(ctypes.get_errno(), "capset")


def _system_call(number: int, *arguments: Any) -> int:
    result: int = libc.syscall(number, *arguments)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def _landlock(read: list[str], write: list[str]) -> None:
    """Only `read` can be read, only `write` can be written to; no TCP, and no signals or abstract
    sockets to other processes, where the kernel can refuse them."""
    version = _system_call(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    everything = (1 << 13) - 1
    for since, right in ((2, 1 << 13), (3, TRUNCATE), (5, IOCTL)):
        everything |= right if version >= since else 0
    words = 1 if version < 4 else 2 if version < 6 else 3  # files, TCP, others
    attributes = struct.pack(f"{words}Q", *[everything, 0b11, 0b11][:words])
    size = ctypes.c_size_t(len(attributes))
    rules = _system_call(LANDLOCK_CREATE, attributes, size, ctypes.c_uint32(0))
    for paths, allowed in ((read, EXECUTE | READ | READ_DIR), (write, everything)):
        for path in paths:
            try:
                place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            rights = allowed if os.path.isdir(path) else allowed & ON_FILES & everything
            _system_call(LANDLOCK_ADD, rules, 1, struct.pack("=Qi", rights, place), 0)
            os.close(place)
    _system_call(LANDLOCK_RESTRICT, rules, 0)
    os.close(rules)


def _seccomp() -> None:
    """Refuse the listed system calls, and `clone` for anything but a thread, with EPERM.

    The program is that of the classic packet filter: (code, steps if true, steps if false, value).
    """
    if platform.machine() not in MACHINES:
        raise OSError(ENOSYS, f"no numbers of system calls for {platform.machine()}")
    machine = MACHINES.index(platform.machine())
    load, equal, has_bit, give = 0x20, 0x15, 0x45, 0x06
    allow, kill, refuse = 0x7FFF0000, 0x80000000, 0x00050000
    program = [
        (load, 0, 0, 4), (equal, 1, 0, AUDIT[machine]), (give, 0, 0, kill),  # another architecture
        (load, 0, 0, 0),
        (equal, 0, 1, CLONE3), (give, 0, 0, refuse | ENOSYS),  # libc then takes clone
        (equal, 0, 3, CLONE[machine]),
        (load, 0, 0, 16), (has_bit, 1, 0, CLONE_THREAD), (give, 0, 0, refuse | EPERM),
        (load, 0, 0, 0),
    ]  # fmt: skip
    if MACHINES[machine] == "x86_64":  # the x32 numbers, which would lead past the list
        program += [(0x35, 0, 1, 0x40000000), (give, 0, 0, kill)]
    for name, numbers in REFUSED.items():
        if (number := numbers[machine]) is not None:
            error = 0 if name in PRETENDED else EOPNOTSUPP if name in ABSENT else EPERM
            program += [(equal, 0, 1, number), (give, 0, 0, refuse | error)]
    for calls, arguments in ASKED.values():
        program += [(equal, 0, len(arguments) + 3, calls[machine]), (load, 0, 0, 24)]
        for left, argument in zip(range(len(arguments), 0, -1), arguments):
            program.append((equal, left, 0, argument))
        program += [(give, 0, 0, allow), (give, 0, 0, refuse | EPERM)]
    program.append((give, 0, 0, allow))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    filter = Program(len(program), ctypes.addressof(code))
    if libc.prctl(PR_SET_SECCOMP, 2, ctypes.byref(filter), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")
