"""What you have written of edunn. The rest is edunn's; edunn status tells which."""

import importlib
from pathlib import Path

import edunn


def __getattr__(name):
    return getattr(edunn, name)


for path in sorted(filter(Path.is_file, Path(__file__).parent.glob("[a-z]*.py"))):
    module = importlib.import_module(f"my_edunn.{path.stem}")
    kept = getattr(module, "__all__", ())  # a file of yours may have none
    globals().update({name: getattr(module, name) for name in kept})
