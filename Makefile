# Needs Python 3.11 to 3.13 and make, nothing else. Everything is installed in .venv, from pinned and hashed files.
PYTHON ?= python3
TESTERS ?= 2

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --require-hashes --only-binary :all:

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate
SPHINX := $(BIN)/sphinx-build -q -W --keep-going -d docs/_build/doctrees
PINS := requirements.txt requirements-dev.txt requirements-rivals.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo dev test slow check formatted format types layers docs doctest lock lock-check wheel clean

help: ## List these commands
	@echo 'make demo        the main job on Littleton, a fictional area; ends with the path of the report'
	@echo 'make test        the tests'
	@echo 'make dev         what the tests and checks need, in .venv'
	@echo 'make slow        the tests that take longer'
	@echo 'make check       format, lint, types, layers, documentation and its examples'
	@echo 'make format      put the code in order, and mend what can be mended'
	@echo 'make docs        the documentation, in docs/_build/html'
	@echo 'make lock        pin the dependencies again (UPGRADE=--upgrade for newer releases)'
	@echo 'make lock-check  prove that the pins follow from what is asked for'
	@echo 'make wheel       the wheel, in dist'
	@echo 'make clean       remove .venv and everything that was made'

# --- the environment -------------------------------------------------------------------------------------------------

.venv/.python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "joinedup needs Python 3.11, 3.12 or 3.13, and %s is %d.%d. Name another one: make PYTHON=python3.12" % ((sys.executable,) + v))'
	@echo 'Making .venv with' "$$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.python requirements.txt pyproject.toml
	@echo 'Installing what joinedup needs to run (pinned and hashed) in .venv'
	@$(INSTALL) -r requirements.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@$(PIP) check
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	@echo 'Installing what the tests and checks need (pinned and hashed) in .venv'
	@$(INSTALL) -r requirements-dev.txt
	@$(PIP) check
	@touch $@

# --- the two commands of the README ----------------------------------------------------------------------------------

demo: .venv/.run
	@$(PY) -m joinedup demo

dev: .venv/.dev

test: .venv/.dev
	$(PY) -m pytest -n $(TESTERS)

# --- the gate --------------------------------------------------------------------------------------------------------

slow: .venv/.dev
	$(PY) -m pytest -n $(TESTERS) -m slow

check: formatted types layers doctest

formatted: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/.dev
	$(BIN)/mypy

format: .venv/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

layers: .venv/.dev
	$(BIN)/lint-imports

docs: .venv/.dev
	$(SPHINX) -b html docs docs/_build/html
	@echo 'docs/_build/html/index.html'

# After the pages, and from what was read for them.
doctest: docs
	$(SPHINX) -b doctest docs docs/_build/doctest

# --- pins ------------------------------------------------------------------------------------------------------------

# Not the whole environment: it cannot be whole between changing pyproject.toml and `make lock`.
$(BIN)/uv: | .venv/.python
	@echo 'Installing what pins the dependencies (pinned and hashed) in .venv'
	@$(INSTALL) -r requirements-dev.txt

lock: $(BIN)/uv
	$(LOCK) $(UPGRADE) pyproject.toml -o requirements.txt
	$(LOCK) $(UPGRADE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(LOCK) $(UPGRADE) requirements-rivals.in -o requirements-rivals.txt

# The copies start from the present pins, so a newer release elsewhere is not a failure; a forgotten `make lock` is.
lock-check: $(BIN)/uv
	@mkdir -p out/lock
	@cp $(PINS) out/lock/
	@$(LOCK) pyproject.toml -o out/lock/requirements.txt >/dev/null
	@$(LOCK) pyproject.toml --group dev -c out/lock/requirements.txt -o out/lock/requirements-dev.txt >/dev/null
	@$(LOCK) requirements-rivals.in -o out/lock/requirements-rivals.txt >/dev/null
	@$(PY) -c 'import filecmp, sys; bad = [n for n in sys.argv[1:] if not filecmp.cmp(n, "out/lock/" + n, shallow=False)]; sys.exit("%s: not what pyproject.toml and requirements-rivals.in ask for; run make lock" % ", ".join(bad) if bad else 0)' $(PINS)
	@echo 'The pins are what pyproject.toml and requirements-rivals.in ask for.'

wheel: .venv/.run
	@$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean:
	@$(PYTHON) -c 'import pathlib, shutil; [shutil.rmtree(p, ignore_errors=True) for n in (".venv", "out", "dist", "build", "docs/_build", "docs/reference/tables", "docs/reference/sources", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis") for p in [pathlib.Path(n)]]; [shutil.rmtree(p) for n in ("src", "tests", "docs", "bench") for p in list(pathlib.Path(n).rglob("__pycache__"))]'
