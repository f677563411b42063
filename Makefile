# Two commands on a fresh machine: `make run` serves the library, `make test` is the gate; `make coverage` and
# `make torture` run what takes longer.
# `make lock` pins the dependencies anew; `make messages` gathers the texts of the pages for the translators and
# compiles what they wrote (it needs gettext). PYTHON chooses the interpreter: make run PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The locks are complete, so pip resolves nothing: no release later than the lock can change what is installed.
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes
# On all processors at once, where pip compiles on one; without what never runs here, and without SQLAlchemy, which is
# two fifths of the whole and compiled by the first persistence target.
COMPILE_ALL := $(BIN)/python -m compileall -q -j 0 -x '/(tests|testing|gis|sqlalchemy|alembic|mako)/' $(VENV)/lib
COMPILE_OURS := $(BIN)/python -m compileall -q -x '/(bundled|content)/' assemblies borealis_assemblies devmode
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-header

.PHONY: run test coverage torture bench lock messages wheelhouse
.DELETE_ON_ERROR:

run: $(VENV)/run.stamp
	@exec $(BIN)/python manage.py serve

# What runs in each, and when to run which: docs/testing.md.
test: $(VENV)/test.stamp
	@$(BIN)/python -m tests.gate test

coverage torture: $(VENV)/test.stamp $(VENV)/wheelhouse.stamp
	@$(BIN)/python -m tests.gate $@

# Ratios to a plain server and to what is least possible. No part of the gate: on a busy machine they say nothing.
# For some figures, or more rows: make bench BENCH="list item --rows 10000"
bench: $(VENV)/test.stamp
	@$(BIN)/python -m benchmarks $(BENCH)

lock: $(VENV)/test.stamp
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-scale.in -c requirements.txt -o requirements-scale.txt
	$(COMPILE) requirements-dev.in -c requirements.txt -o requirements-dev.txt
	$(BIN)/python -m tests.installing.write_metadata

messages: $(VENV)/run.stamp
	@mkdir -p borealis_assemblies/locale
	$(BIN)/python manage.py makemessages --locale de --add-location file --no-wrap \
		--ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*' --ignore 'benchmarks/*' --ignore 'docs/*' \
		--ignore 'assemblies/official/bundled/*' --ignore 'assemblies/demo/content/*'
	$(BIN)/python manage.py compilemessages --locale de --ignore '.venv' --ignore 'var'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1 | head -n 1). Name another: make PYTHON=python3.12"; \
		exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		rm -rf $(VENV); \
		echo "The virtual environment could not be made; on Debian and Ubuntu: apt install python3-venv"; \
		exit 1; }

$(VENV)/run.stamp: requirements.txt | $(BIN)/python
	@echo "Installing what the library needs"
# An installation takes one processor; our own files are compiled on another one meanwhile.
	@$(COMPILE_OURS) & $(INSTALL) --no-compile -r requirements.txt && wait
# What Python 3.11 puts into a new environment and nothing here needs.
	@$(BIN)/python -m pip uninstall --disable-pip-version-check -qq --yes setuptools
	@$(COMPILE_ALL)
	@$(BIN)/python -m pip check
	@touch $@

$(VENV)/test.stamp: requirements-dev.txt | $(BIN)/python
	@echo "Installing what the gate needs"
	@$(INSTALL) -r requirements-dev.txt
	@$(BIN)/python -m pip check
	@touch $@

# What the wheel of the library is installed from by a test that asks no registry.
wheelhouse: $(VENV)/wheelhouse.stamp

$(VENV)/wheelhouse.stamp: requirements.txt | $(BIN)/python
	@rm -rf $(VENV)/wheelhouse
	@$(BIN)/python -m pip download --disable-pip-version-check --quiet --no-deps --require-hashes \
		--dest $(VENV)/wheelhouse -r requirements.txt
	@touch $@
