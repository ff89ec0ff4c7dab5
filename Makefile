# The commands of this repository. `make demo` and `make test` do all set-up by themselves.
#
#   make demo     run the sample project on this machine and show what happened
#   make test     run the tests
#   make check    what CI runs: lint, formatting, types, layers, tests
#   make bench    measure, as ratios in one run; writes build/bench.json
#   make crash    kill workers everywhere, on both databases, and hold the mails to the relay's account
#   make faults   break the dialog with a relay at every point in every way, and hold it to the table
#   make limits   hold caps, rates and opt-outs while eight workers send, on both databases
#   make workers  kill, freeze and stop eight workers on PostgreSQL, with the relay as witness
#   make golden   rewrite golden files after a wanted change; review them like code

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types layers bench crash faults limits workers golden clean

help:
	@sed -n 's/^#   /  /p' Makefile

setup: $(READY)

# uv where it is there, else pip. Debian's Python refuses a bare `pip install`, so there is always a venv.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "jo needs Python 3.11 or later; say which with: make PYTHON=/path/to/python"; exit 1; }
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" $(VENV) && \
	  uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]'; \
	else \
	  $(PYTHON) -m venv $(VENV) \
	    || { echo "This Python has no venv; on Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'; \
	fi
	@touch $(READY)

demo: $(READY)
	@$(BIN)/jo demo

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports

check: lint types layers test

bench: $(READY)
	$(BIN)/python -m tests.bench

crash: $(READY)
	$(BIN)/python -m tests.crash

faults: $(READY)
	$(BIN)/python -m tests.faults

limits: $(READY)
	$(BIN)/python -m tests.proofs.limits
	$(BIN)/python -m tests.proofs.unsubscribes

workers: $(READY)
	$(BIN)/python -m tests.crash.workers

golden: $(READY)
	$(BIN)/python -m pytest -q --update-golden

clean:
	rm -rf $(VENV) build .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
