# Short names for what the project's own scripts do; nothing here is needed on a machine without make.
PYTHON ?= python3
RUN = .venv/bin/python

.PHONY: check lint types test docs messages bench soak lowest demo clean

check: ## everything that CI runs
	$(PYTHON) .ci/check.py

lint types test contract: ## one step of it
	$(PYTHON) .ci/check.py $@

docs: ## make the pages and pictures that come from the program anew
	$(RUN) docs/build.py

messages: ## bring the Chinese catalogue up to date with the source, and compile it
	$(RUN) docs/catalogue.py
	$(RUN) -c "from pathlib import Path; from hatch_build import compile_catalogues; compile_catalogues(Path('.'))"

bench: ## measure, and write benchmarks/RESULTS.md
	$(RUN) -m benchmarks

soak: ## the long form of the fault tests
	SALESFLOW_SOAK=1 $(RUN) -m pytest -q tests/faults

lowest: ## the tests with the lowest versions that pyproject allows
	$(PYTHON) .ci/lowest.py

demo: ## a sample database and its tour
	.venv/bin/salesflow demo

clean:
	rm -rf .venv .venv-lowest build dist .coverage* .hypothesis .mypy_cache .ruff_cache .pytest_cache .bench
