# make compose   set up .venv, then write eight pieces and put the best into out/
# make test      set up .venv, then check everything
# make setup     only set up .venv; a second time is instant

PYTHON ?= $(or $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; \
	done),python3)
BIN := .venv/bin

.PHONY: setup compose test

setup:
	@$(PYTHON) scripts/bootstrap.py

compose: setup
	@$(BIN)/antiphon compose --count 8 --keep 1 --out out

test:
	@$(PYTHON) scripts/bootstrap.py --dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python -m pytest -q
