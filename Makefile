# Desirepath: `make run` and `make test` do all their own set-up.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
# Compiled files make every start of a server or a command a quarter shorter; git ignores them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run demo test check bench soak explore screenshots assets binary wheel test-binary format clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(VENV)/.ready assets ## Install everything into .venv and build the assets

run: setup ## Serve http://127.0.0.1:8000 with data in instance/
	@$(BIN)/desirepath serve

demo: setup ## The same on ninety generated days of three believable sites
	@$(BIN)/desirepath demo --data instance/demo
	@$(BIN)/desirepath serve --data instance/demo

test: setup $(VENV)/.ready-dev ## Run all tests (installs a browser where there is none)
	@.ci/browser
	@$(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder $(TESTS)

check: setup $(VENV)/.ready-dev ## Format, lint, types and import rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/house

bench: setup $(VENV)/.ready-dev ## Measure every figure we promise, beside a physical yardstick
	@$(BIN)/python -m benchmarks $(BENCH)

soak: setup $(VENV)/.ready-dev ## Kill the server 300 times under load and count what is lost
	@$(BIN)/python -m pytest -m soak -o addopts= tests/reliability

explore: setup $(VENV)/.ready-dev ## Try ten times as many examples in the property tests, other ones each time
	@EXAMPLES=10 $(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder -o timeout=7200 -m "hypothesis and not soak" $(TESTS)

screenshots: setup $(VENV)/.ready-dev ## Take the pictures of the README and docs from demo data
	@.ci/browser
	@$(BIN)/python -m tests.browser.screenshots $(PICTURES)

binary: dist/desirepath ## Build dist/desirepath, everything in one file for this platform

wheel: setup ## Build dist/desirepath-….whl, for pipx install
	@$(BIN)/python -m pip wheel -q --disable-pip-version-check --no-deps -w dist .

test-binary: binary $(VENV)/.ready-dev ## Run the first hour, upgrades and restarts on the executable
	@.ci/browser
	@BINARY=dist/desirepath $(BIN)/python -m pytest -o addopts= -n auto --dist loadscope -m "not soak" tests/binary tests/browser/test_story.py tests/cli/test_main.py tests/reliability/test_upgrade.py

format: $(VENV)/.ready-dev ## Format and sort imports
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

dist/desirepath: $(VENV)/.ready-binary static/build/manifest.json $(shell git ls-files tracker templates deploy)
	@echo "building dist/desirepath; this takes a minute or two ..."
	@$(BIN)/pyinstaller --noconfirm --log-level ERROR --distpath dist --workpath build deploy/desirepath.spec

assets: static/build/manifest.json ## Build scripts, styles and the country table

static/build/manifest.json: package.json package-lock.json $(wildcard static/src/* static/src/app/* static/src/app/*/* static/src/app/*/*/*) $(VENV)/.ready
	@.ci/node ci --no-audit --no-fund --silent
	@.ci/node run --silent build

$(VENV)/.ready: pyproject.toml constraints.txt
	@test -x $(BIN)/python || .ci/venv $(PYTHON) $(VENV)
	@rm -rf desirepath.egg-info  # of older versions; it would tell theirs
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(VENV)/.ready-binary: $(VENV)/.ready
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[binary]'
	@touch $@

clean: ## Remove everything that was built; data in instance/ stays
	rm -rf $(VENV) node_modules static/build static/vendor tracker/data build dist *.egg-info
