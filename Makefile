# All targets work from a bare checkout, in any folder (spaces and Chinese characters included), as any user.
.DEFAULT_GOAL := help
.PHONY: help test lint lock reset
PYTHON ?= python3
PY := .venv/bin/python
# Installing without compiling saves minutes; Python compiles what it imports.
PIP := $(PY) -m pip install --disable-pip-version-check --quiet --no-compile --require-hashes

help: ## List the targets.
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/'

.venv/installed: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed (Debian: apt-get install python3)."; exit 1; }
	@[ -x $(PY) ] || $(PYTHON) -m venv .venv \
	  || { rm -rf .venv; echo "The module venv is missing (Debian: apt-get install python3-venv)."; exit 1; }
	@echo "Installing the locked packages ..."
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch .venv/installed

lint: .venv/installed ## Check style, types and the direction of imports.
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m flask --app wsgi:create_tools processes lint
	$(PY) -c 'import sys; from importlinter.cli import lint_imports_command; sys.argv[0] = "lint-imports"; lint_imports_command()'

test: lint ## Run all checks and tests; starts its own PostgreSQL and Valkey.
	$(PY) -m pytest -n auto

lock: ## Write the locks anew from requirements*.in (needs uv).
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements.in -o requirements.txt
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements-dev.in -o requirements-dev.txt

reset: ## Delete all local data (var/).
	rm -rf var
	@echo "Local data deleted."
