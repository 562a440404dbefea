# `make chat` and `make test` are all that a fresh clone needs; each installs what it uses.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# The tests load one sentence-transformers model. On Linux PyTorch's own index has a build without
# CUDA, which saves gigabytes; where that index can't be reached, another source serves.
TORCH := torch==2.13.*
TORCH_SOURCE := --retries 1 --find-links https://download.pytorch.org/whl/cpu/torch/

.PHONY: chat test check bench screenshots clean

chat: $(VENV)/installed
	$(BIN)/python ui.py $(ARGS)

test: $(VENV)/developing
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/developing
	$(BIN)/python benchmarks/speed.py $(ARGS)
	$(BIN)/python benchmarks/page.py
	$(BIN)/python benchmarks/vectors.py

screenshots: $(VENV)/developing
	$(BIN)/python docs/screenshots.py

clean:
	rm -rf $(VENV)

$(VENV)/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("evqa needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/developing: $(VENV)/installed
	$(BIN)/python -m pip install --quiet $(TORCH_SOURCE) '$(TORCH)'
	$(BIN)/python -m pip install --quiet --editable '.[sentence-transformers,mcp]' --group dev
	BIN=$(BIN) sh tests/browser/install.sh
	touch $@
