#!/usr/bin/env bash
# Gradescope runs this once, as root, when it makes the image in which submissions are graded.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usable() { "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
find_python() {
    for name in python3 python3.11 python3.12 python3.13 python3.14; do
        if usable "$name"; then echo "$name" && return; fi
    done
    return 1
}

if ! python=$(find_python); then # Ubuntu 22.04: its own is 3.10, and 3.11 is a package
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -q python3.11-venv || apt-get install -y -q python3-venv
    python=$(find_python)
fi
"$python" -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check -r requirements.txt
export PYTHONPATH="$PWD/library"
# What workers import is compiled here, where it can be kept; and nothing else is, which saves time.
venv/bin/python -P -c 'import matplotlib.pyplot, edunn.course.sandbox.worker as w; w.run_cell(w.make_shell(), "1 / 0")'
TMPDIR="$PWD" venv/bin/python -P -m edunn.course.gradescope.container prepare "$PWD"
