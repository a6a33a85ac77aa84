"""A student's code in a process that is locked up, and how to talk to it.

`worker` runs on the untrusted side, and locks itself up with `lockdown`. The trusted side imports
nothing of `worker`: what both sides need is in `protocol`.
"""

from edunn import _lazy

__getattr__, __dir__, __all__ = _lazy.lazy_exports(
    __name__,
    {
        "limits": ["Limits"],
        "process": ["ForkServer", "Worker"],
        "library": ["Library"],
        "protocol": ["Channel", "ProtocolError"],
        "worker": ["Programs", "make_shell", "run_cell"],
    },
)
