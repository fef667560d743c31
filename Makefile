# ThirdRing: `make run` and `make test` need Python 3.11-3.13 and make, and bring the rest.
SHELL := /bin/sh
RING := .venv/bin/thirdring
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
.DEFAULT_GOAL := help
# Kept bytecode makes a start three times as fast; some images forbid it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run call doctor test whole soak unit contract integration end_to_end check bench lock clean \
	runtime develop switch

help: ## Show these targets
	@sed -n 's/^\([a-z_]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; \
		do printf '  make %-12s %s\n' "$$name" "$$text"; done

run: runtime ## Start Asterisk and the hotline, until Ctrl-C
	@exec $(RING) run

call: runtime ## Ring the running hotline as a caller would: make call ARGS=--silent
	@exec $(RING) call $(ARGS)

doctor: runtime ## Check this installation and say what to do
	@exec $(RING) doctor

test: switch ## Run the tests, each on one database, and the main paths of callers
	@scripts/test --brief $(ARGS)

whole: switch ## Run all tests: half an hour
	@scripts/test $(ARGS)

soak: switch ## Run what takes long: twenty callers, and PostgreSQL where `make whole` has SQLite
	@scripts/test --soak $(ARGS)

unit contract integration end_to_end: switch ## Run one kind of tests
	@$(PYTEST) tests/$@ $(ARGS)

check: develop ## Lint, format, types and the import contract, in seconds
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports --no-cache >.cache/lint-imports.log || { cat .cache/lint-imports.log; exit 1; }
	@.venv/bin/mypy .
	@echo "check: all clean"

bench: switch ## Measure calls per second, delays and CPU, side by side
	@exec $(PYTHON) -m bench $(ARGS)

lock: develop ## Write requirements/*.lock anew from requirements/*.in
	@scripts/lock $(ARGS)

clean: ## Remove what can be built again (.venv and .cache), never var/
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info build

runtime:
	@scripts/bootstrap runtime

develop:
	@scripts/bootstrap develop

switch: develop
	@$(PYTHON) -m tools.fetch
