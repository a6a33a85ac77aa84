"""A student's code in a process that is locked up, and how to talk to it.

`worker` and `lockdown` run on the untrusted side; the trusted side knows only `protocol` of it.
"""

from edunn import _lazy

__getattr__, __dir__, __all__ = _lazy.lazy_exports(
    __name__,
    {
        "process": ["ForkServer", "Limits", "Worker"],
        "library": ["Library"],
        "protocol": ["Channel", "ProtocolError"],
        "worker": ["Programs", "make_shell", "run_cell"],
    },
)
