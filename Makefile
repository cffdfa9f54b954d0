# setup · demo · test · soak · mutants · lint · bench · accept · docs · screenshots · lock; `make` alone shows this list.
# Everything happens in .venv; what is done already is not done again.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --require-hashes --no-deps
OURSELVES := $(PIP) install --quiet --no-deps --no-build-isolation --editable .
UV := $(BIN)/uv

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak mutants lint bench accept docs screenshots lock

help:
	@echo "make setup   everything for work on Studium, into .venv"
	@echo "make demo    three invented courses, from raw logs to published datasets, in ./demo"
	@echo "make test    the linters, then all tests"
	@echo "make soak    the long sweeps: hours, before something is called resolved"
	@echo "make mutants small changes to the product, one by one: which do the tests not notice?"
	@echo "make lint    ruff, mypy, sqlfluff"
	@echo "make bench   how fast it is, as ratios"
	@echo "make accept  take today's results as the golden answers; read the diff"
	@echo "make docs    write docs/reference again"
	@echo "make screenshots  docs/screenshots again: every page, in both themes"
	@echo "make lock    choose the versions in requirements/ again"

setup: .venv/dev.done

demo: .venv/runtime.done
	$(BIN)/studium demo --output demo

test: lint
	bash .ci/system-packages java chromium postgresql
	$(BIN)/pytest --numprocesses 2 --dist loadgroup --no-loadscope-reorder

soak: .venv/dev.done
	bash .ci/system-packages java chromium postgresql
	$(BIN)/pytest -m soak --timeout 14400 --durations 0

mutants: .venv/dev.done
	$(BIN)/python -m tests.mutants

lint: .venv/dev.done
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/sqlfluff lint studium/warehouse/models

bench: .venv/dev.done
	$(BIN)/python -m benchmarks

accept: .venv/dev.done
	STUDIUM_ACCEPT=1 $(BIN)/pytest -q tests/warehouse
	git --no-pager diff --stat -- tests/expected

docs: .venv/dev.done
	$(BIN)/python docs/write_reference.py
	$(BIN)/python docs/write_sources.py

screenshots: .venv/dev.done
	bash .ci/system-packages chromium
	$(BIN)/python -m docs.take_screenshots

lock: .venv/python.done
	$(PIP) install --quiet uv
	$(UV) pip compile pyproject.toml --extra setup --extra dev --extra postgresql $(LOCK) requirements/dev.lock
	$(UV) pip compile pyproject.toml --extra setup -c requirements/dev.lock $(LOCK) requirements/runtime.lock

# Hashes, but no addresses: where packages come from is the machine's setting.
LOCK := --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-header --python-version 3.11 --output-file

.venv/python.done:
	bash .ci/system-packages venv
	$(PYTHON) -m venv .venv
	@touch $@

.venv/runtime.done: .venv/python.done requirements/runtime.lock pyproject.toml
	$(INSTALL) --requirement requirements/runtime.lock
	$(OURSELVES)
	@touch $@

.venv/dev.done: .venv/python.done requirements/dev.lock pyproject.toml
	$(INSTALL) --requirement requirements/dev.lock
	$(OURSELVES)
	@touch $@ .venv/runtime.done
