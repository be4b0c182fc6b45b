# Everything a contributor does, in one place. `make help` lists it.
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PYTHON_OF_VENV := $(BIN)/python
UV := $(BIN)/uv
READY := $(VENV)/.ready

# Nothing is read from or written to the home directory, and no interpreter is downloaded.
export UV_CACHE_DIR ?= $(CURDIR)/$(VENV)/.uv-cache
export UV_PYTHON_DOWNLOADS := never
export MUSIC

# One test process for each processor; the tests of one file share what they prepare.
SPREAD := --numprocesses=logical --dist=loadfile

# What `make test-models` compares with; nothing else needs them.
MODELS_VENV := .venv-models
MODELS_READY := $(MODELS_VENV)/.ready
REFERENCE := torch==2.13.0 transformers==5.23.0 onnx==1.23.2

CLIENT := clients/typescript/dist/cli.js
NPM := $(shell command -v npm)

# Of tests/unit, those that `make postgresql` runs; what it leaves out is in tests/builders/once.py.
TESTS_OF_ROWS := accounts browsing catalogue events job_rows scan_lists

.PHONY: help setup demo test postgresql test-models crash check fmt bench docs clients lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv with everything that is needed, compile the kernels

demo: $(READY) ## Import music, name noisy clips of it (MUSIC=/path for your own folder)
	@$(PYTHON_OF_VENV) -m benchmarks.demo $${MUSIC:+--music "$$MUSIC"}

test: $(READY) $(if $(NPM),$(CLIENT)) ## Run the tests (ARGS="-k word" for some of them)
	$(PYTHON_OF_VENV) -m pytest $(SPREAD) $(ARGS)

postgresql: $(READY) ## Run the tests of whole libraries again, with their rows in PostgreSQL
	TEST_DATABASE=postgresql KILLS=$${KILLS:-40} $(PYTHON_OF_VENV) -m pytest \
		tests/acceptance tests/api tests/integration \
		$(patsubst %,tests/unit/test_%.py,$(TESTS_OF_ROWS)) $(SPREAD) $(ARGS)

test-models: $(MODELS_READY) ## Compare CLAP with torch and transformers, which it installs (MUSIC=/path too)
	$(MODELS_VENV)/bin/python -m pytest tests/models $(ARGS)

crash: $(READY) ## Kill imports at random, KILLS times (by default 2000), and examine the library
	KILLS=$${KILLS:-2000} $(PYTHON_OF_VENV) -m pytest tests/integration/test_random_kills.py

check: $(READY) ## Formatting, lint, types, imports, spelling, sizes, generated pages: all but the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell src tests benchmarks scripts docs *.md Makefile
	$(PYTHON_OF_VENV) scripts/check_sizes.py
	$(PYTHON_OF_VENV) scripts/module_map.py --check
	$(PYTHON_OF_VENV) scripts/settings_reference.py --check
	$(PYTHON_OF_VENV) scripts/errors_reference.py --check
	$(PYTHON_OF_VENV) scripts/session_diagram.py --check
	$(PYTHON_OF_VENV) scripts/parameters_reference.py --check
	$(PYTHON_OF_VENV) scripts/man_page.py --check
	$(PYTHON_OF_VENV) scripts/openapi.py --check
	$(PYTHON_OF_VENV) scripts/http_reference.py --check

fmt: $(READY) ## Format the code and repair what lint can repair
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## Measure every stage; results as JSON under benchmarks/
	$(PYTHON_OF_VENV) -m benchmarks $(ARGS)

docs: $(READY) ## Write the generated pages of docs/ again
	$(PYTHON_OF_VENV) scripts/module_map.py
	$(PYTHON_OF_VENV) scripts/settings_reference.py
	$(PYTHON_OF_VENV) scripts/errors_reference.py
	$(PYTHON_OF_VENV) scripts/session_diagram.py
	$(PYTHON_OF_VENV) scripts/parameters_reference.py
	$(PYTHON_OF_VENV) scripts/man_page.py
	$(PYTHON_OF_VENV) scripts/openapi.py
	$(PYTHON_OF_VENV) scripts/http_reference.py

clients: $(CLIENT) ## Build the TypeScript client, with types made from the description of the API

# uv.lock names registry hosts, so it is only a step on the way to requirements.lock.
lock: $(UV) ## Choose the newest allowed versions again, write both lock files
	rm -f uv.lock
	$(UV) export --python $(PYTHON_OF_VENV) --format requirements.txt --no-emit-project --no-header \
		--all-groups --quiet --output-file requirements.lock
	$(UV) export --python $(PYTHON_OF_VENV) --format requirements.txt --no-emit-project --no-header \
		--no-default-groups --quiet --output-file requirements-runtime.lock
	rm -f uv.lock

clean: ## Remove everything that was made here: .venv, caches, the demo's library
	rm -rf $(VENV) $(MODELS_VENV) .demo build dist clients/typescript/dist clients/typescript/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f src/audio_ident/core/*.so

$(CLIENT): clients/typescript/package-lock.json clients/typescript/tsconfig.json \
		docs/reference/openapi.json $(wildcard clients/typescript/src/[!s]*.ts) \
		clients/typescript/src/service.ts
	cd clients/typescript && npm ci --silent && npm run --silent types && npm run --silent build
	@touch $@

$(MODELS_READY): requirements.lock pyproject.toml Makefile | $(READY)
	$(PYTHON_OF_VENV) -m venv $(MODELS_VENV)
	$(MODELS_VENV)/bin/pip install --quiet --require-hashes --requirement requirements.lock
	$(MODELS_VENV)/bin/pip install --quiet $(REFERENCE)
	$(MODELS_VENV)/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(UV):
	@sh scripts/bootstrap.sh $(VENV)

$(READY): requirements.lock pyproject.toml hatch_build.py $(wildcard src/audio_ident/core/*.c) | $(UV)
	$(UV) pip sync --python $(PYTHON_OF_VENV) --require-hashes --quiet requirements.lock
	$(UV) pip install --python $(PYTHON_OF_VENV) --no-deps --no-build-isolation --quiet --editable .
	@touch $@
