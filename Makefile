# Tocsin: every target works from a clean clone with Python 3.11 or newer and make.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Each command that tests, demo and bench start would compile our sources again.
unexport PYTHONDONTWRITEBYTECODE

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tocsin needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked dependencies into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip check --disable-pip-version-check >$(VENV)/pip-check.txt || { cat $(VENV)/pip-check.txt; exit 1; }
	@touch $@

setup: $(STAMP)  ## make the virtual environment with the locked dependencies

demo: setup  ## run the whole system once, show what each reader sees, stop it (DATA=file.csv for real rows)
	@$(BIN)/python -m scripts.demo $(if $(DATA),--data $(DATA))

test: setup  ## all tests, with a real Kafka and a real browser (WORKERS=2 processes)
	@scripts/browser.sh
	@$(BIN)/python -m pytest -q -n $(or $(WORKERS),2) --dist loadfile --cov --cov-report=term-missing:skip-covered --cov-fail-under=100

check: setup  ## format, lint, strict types, import contracts, schemas, documents in step
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m scripts.check_schemas
	@$(BIN)/python -m scripts.check_documents

bench: setup  ## ratios against peers in one run, a table and JSON in var/bench
	@$(BIN)/python -m bench

fuzz: setup  ## change everything that comes from outside (MUTATIONS=n or MINUTES=m, SEED=s): nothing may be believed
	@$(BIN)/python -m tests.fuzz $(if $(MINUTES),--minutes $(MINUTES),--mutations $(or $(MUTATIONS),100000)) --seed $(or $(SEED),1)

sbom: setup  ## what an installation is made of, as CycloneDX JSON in var/sbom.json
	@$(BIN)/python -m scripts.sbom

chaos: setup  ## faults of many kinds while reports flow (N=rounds FAULTS=kills,clock,... SEED=first)
	@$(BIN)/python -m tests.chaos --rounds $(or $(N),20) --faults "$(FAULTS)" --seed $(or $(SEED),631)

soak: setup  ## three brokers, 20 participants, a fault each minute; what they take must stay flat (MINUTES=)
	@$(BIN)/python -m tests.chaos.soak --minutes $(or $(MINUTES),10)

malice: setup  ## a broker that lies: each lie, how it is found and when; a table and var/malice.json
	@$(BIN)/python -m tests.malice

up: setup  ## bring the demo up and leave it running
	@$(BIN)/python -m scripts.demo --keep

down: setup  ## stop what make up started
	@$(BIN)/python -m scripts.demo --down

format: setup  ## write the house format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: setup  ## renew constraints.txt from pyproject.toml
	@$(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --all-extras -o constraints.txt pyproject.toml

clean: ## remove what the other targets made
	@test ! -x $(BIN)/python || $(BIN)/python -m scripts.demo --down
	rm -rf $(VENV) var .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage build dist *.egg-info

.PHONY: help setup demo test check bench fuzz sbom chaos soak malice up down format lock clean
