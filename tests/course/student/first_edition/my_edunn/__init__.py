"""What you have written of edunn. The rest is edunn's; edunn status tells which."""

import importlib
from pathlib import Path

import edunn


def __getattr__(name):
    return getattr(edunn, name)


for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
    module = importlib.import_module(f"my_edunn.{path.stem}")
    globals().update({name: getattr(module, name) for name in module.__all__})
