# `make demo`, `make check` and `make test` do all the set-up on a fresh machine, in a virtual
# environment. `make check` is for every edit, `make test` is everything.
PYTHON ?= python3
VENV ?= .venv

.PHONY: demo lint check test bench bench-all site release clean

demo: $(VENV)/installed
	$(VENV)/bin/edunn demo

lint: $(VENV)/installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

check: lint
	$(VENV)/bin/python -m pytest -n auto --dist worksteal -m "not slow"

test: lint
	$(VENV)/bin/python -m pytest -n auto --dist loadfile

bench: $(VENV)/installed
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -e ".[dev,torch]"
	$(VENV)/bin/python benchmarks/speed.py --write

bench-all: bench
	$(VENV)/bin/python benchmarks/checking.py
	$(VENV)/bin/python benchmarks/grading.py

site: $(VENV)/installed
	$(VENV)/bin/python docs/make_site.py

release: $(VENV)/installed
	$(VENV)/bin/python tools/release.py $(REPOSITORY)

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) demo graded site
