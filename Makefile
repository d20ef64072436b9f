# All targets work from a bare checkout, in any folder (spaces and Chinese characters included), as any user.
.DEFAULT_GOAL := help
.PHONY: help run stop web types test stories bench lint lock prove reset
PYTHON ?= python3
PY := .venv/bin/python
export PORT SIMULATORS_PORT

help: ## List the targets.
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/'

# What the product runs on; checks and tests need the packages below as well.
.venv/runtime: requirements.txt
	@command -v $(PYTHON) >/dev/null \
	  || { echo "Python 3.11 or newer is needed (Debian: apt-get install python3 python3-venv)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name another one with: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) deploy/local/install.py requirements.txt
	@touch .venv/runtime

.venv/installed: .venv/runtime requirements-dev.txt
	@$(PYTHON) deploy/local/install.py requirements.txt requirements-dev.txt
	@touch .venv/installed

run: .venv/runtime ## Start the whole hall with demonstration data; PORT=8000 chooses the port.
	@exec $(PY) -m deploy.local.run

stop: ## Stop what `make run` started, also in the background (nohup make run &).
	@$(PYTHON) -m deploy.local.stop

web: .venv/runtime ## Build both web clients where their sources have changed, and install the fonts for printing.
	@$(PY) -m deploy.local.web_build
	@$(PY) -m deploy.local.print_fonts

lint: .venv/installed ## Check style, types and the direction of imports.
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m flask --app wsgi:create_tools processes lint
	$(PY) -c 'import sys; from importlinter.cli import lint_imports_command; sys.argv[0] = "lint-imports"; lint_imports_command()'

types: .venv/installed ## Make the web clients' types anew from the routes, by way of web/openapi.json.
	@$(PY) -m flask --app wsgi:create_tools openapi write
	@$(PY) -m deploy.local.web_types

test: lint ## Run all checks and tests; starts its own PostgreSQL and Valkey.
	@$(PY) -m deploy.local.browser
	$(PY) -m pytest -n auto

stories: .venv/installed ## Walk the whole story in Chromium and in the compiled mini-program, and nothing else.
	$(PY) -m pytest tests/browser tests/miniprogram

bench: .venv/installed ## Measure the speed against its bars; ONLY=name for one figure, KEEP=1 keeps the table.
	@$(PY) -m deploy.local.print_fonts
	$(PY) -m bench $(if $(ONLY),--only "$(ONLY)") $(if $(KEEP),--keep)

lock: ## Write the locks anew from requirements*.in (needs uv).
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements.in -o requirements.txt
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements-dev.in -o requirements-dev.txt
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements-node.in -o requirements-node.txt

prove: ## Prove `make run` from a fresh clone of the last commit; as root also as a fresh user. Takes minutes.
	@$(PYTHON) -m deploy.local.prove_fresh

reset: ## Delete all local data (var/) and start afresh.
	@$(PYTHON) -m deploy.local.reset
