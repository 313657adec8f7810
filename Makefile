# Everything that a user, a developer and the CI run. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
PACKAGES := contract edge calibration plate_reader central verifier firmware_sims demo
DEMO ?=
TESTS ?= tests
SITES := strips4 strips2 plates2

# Programs of the system that some tests need: package=program that proves it is there.
SYSTEM := mosquitto=/usr/sbin/mosquitto chromium=/usr/bin/chromium postgresql=/usr/lib/postgresql/*/bin/initdb \
          e2fsprogs=/usr/sbin/mkfs.ext4 xfsprogs=/usr/sbin/mkfs.xfs

# Of rapidocr-onnxruntime only the recognition model in its wheel is read, never its code, so what that code alone needs stays out.
UNUSED := opencv-python pyclipper shapely six tqdm

.PHONY: help demo test check bench verifier schemas lock system clean

help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || { echo "Weighline needs Python 3.11 or 3.12; PYTHON=... names another"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## run the whole line on this machine: simulators, edge, plate reader, broker, central (DEMO="--help" for options)
	$(BIN)/wim-demo $(DEMO)

test: $(READY) system ## run every test (TESTS=path for some of them)
	$(BIN)/pytest -n 2 --dist loadgroup $(TESTS)

check: $(READY) ## format, lint, types, import rules, translations, generated documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) ## accuracy, behaviour, drift, speed, fuzz, plates, matching, pushes: a table each (an hour)
	@for bench in $$(grep -l __main__ bench/*.py); do echo "== $$bench"; $(BIN)/python -m bench.$$(basename $$bench .py) || exit 1; done

verifier: $(READY) ## build wim-verify to stand alone, in build/wim-verify: a folder to copy to a machine that has nothing of ours
	$(BIN)/python deploy/verifier/build.py build/wim-verify
	@du -sh build/wim-verify

schemas: $(READY) ## write docs/protocols/*.json anew from the contract
	$(BIN)/python docs/protocols/generate.py

lock: $(READY) ## resolve the dependencies anew
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-annotate --no-header \
	    --no-emit-index-url --python-version 3.11 $(patsubst %,--no-emit-package %,$(UNUSED)) -o requirements.lock

system: ## install what only some tests need of the system, when root; otherwise say what is missing
	@missing=""; for pair in $(SYSTEM); do compgen -G "$${pair#*=}" > /dev/null || missing="$$missing $${pair%%=*}"; done; \
	if [ -n "$$missing" ]; then \
	    if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	        echo "installing$$missing"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing > /dev/null; \
	    else echo "not installed:$$missing; their tests are skipped (as root, make test installs them; else: apt-get install$$missing)"; fi; \
	fi

clean: ## remove what these targets made
	rm -rf $(VENV) build run *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(PACKAGES) tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
