# make run    the bot, or the local workspace when there are no Slack tokens
# make test   everything; make test-fast leaves out the slow part
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
NODE_STAMP := tests/node/node_modules/.installed
ARGS   ?=
# Tests run side by side, a file to a worker; those that measure time run afterwards, alone. 5: there was none of a kind.
WORKERS ?= 2
NONE_IS_FINE := code=$$?; [ $$code -eq 0 ] || [ $$code -eq 5 ]

.PHONY: run test test-fast lint format bench soak lock clean
.DEFAULT_GOAL := run

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements/build.txt requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "installing what the bot needs into $(VENV) (once) ..."
	$(PIP) install --require-hashes -r requirements/build.txt -r requirements/run.txt
	$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(DEV_STAMP): requirements/dev.txt $(RUN_STAMP)
	@echo "installing what the tests need into $(VENV) (once) ..."
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# The tests that drive a foreign Slack client need Node.js; where it is missing they say so.
$(NODE_STAMP): tests/node/package.json tests/node/package-lock.json
	@if command -v npm >/dev/null; then cd tests/node && npm ci --silent --no-audit --no-fund && touch node_modules/.installed; \
	else echo "npm is missing: the tests with a foreign Slack client will be skipped"; fi

# Others' test suites, which the tests read and this project does not copy. Without the network they are left out.
tests/oracles: requirements/oracles.txt | $(DEV_STAMP)
	@mkdir -p $@
	@$(PIP) download --dest $@ --no-deps --no-binary :all: --require-hashes -r requirements/oracles.txt >/dev/null \
	&& touch $@ || { echo "could not fetch what requirements/oracles.txt names: those tests will be skipped"; rmdir $@ 2>/dev/null || true; }

# Stock browser libraries, web projects, and a sender's examples: archives only, neither unpacked nor run. The tests compare them with the hashes.
tests/oracles-npm: requirements/oracles-npm.txt requirements/oracles-npm-examples.txt requirements/oracles-npm-projects.txt
	@if command -v npm >/dev/null; then mkdir -p $@ && \
	npm pack --silent --ignore-scripts --pack-destination $@ $$(grep -ohE '^[^# ]+' $^) >/dev/null && touch $@ \
	|| { echo "could not fetch what $^ name: those tests will be skipped"; rm -rf $@; }; \
	else echo "npm is missing: the tests with stock browser libraries will be skipped"; fi

run: $(RUN_STAMP)
	@$(BIN)/launch run $(ARGS)

test: $(DEV_STAMP) $(NODE_STAMP) tests/oracles tests/oracles-npm lint
	$(BIN)/python -m pytest -m "not alone" -n $(WORKERS) --dist loadfile $(ARGS); $(NONE_IS_FINE)
	$(BIN)/python -m pytest -m alone $(ARGS); $(NONE_IS_FINE)

test-fast: $(DEV_STAMP)
	$(BIN)/python -m pytest -m "not slow and not browser and not node" $(ARGS)

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV_STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV_STAMP)
	$(BIN)/python -m tests.bench $(ARGS)

# Ten thousand kills and faults, in two hours at most; `make soak ARGS="--runs 500 --seconds 60"` for fewer.
soak: $(DEV_STAMP)
	@$(BIN)/python -m tests.soak $(ARGS)

# The lock files are universal (every platform, Python 3.11 and later) and name no registry.
lock:
	$(PYTHON) -m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -o requirements/run.txt
	$(PYTHON) -m uv pip compile pyproject.toml --group dev -c requirements/run.txt --universal --python-version 3.11 --generate-hashes --no-header -o requirements/dev.txt
	$(PYTHON) -m uv pip compile --group build -c requirements/dev.txt --universal --python-version 3.11 --generate-hashes --no-header -o requirements/build.txt

clean:
	rm -rf $(VENV) tests/node/node_modules tests/oracles tests/oracles-npm .pytest_cache .mypy_cache .ruff_cache
