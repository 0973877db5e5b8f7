# Two commands do all set-up on a fresh Debian machine: `make run` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# Tests write hundreds of small databases: in memory where there is plenty of it.
SCRATCH := $(shell [ "$$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)" -gt 6000000 ] 2>/dev/null && echo /dev/shm || echo $${TMPDIR:-/tmp})
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test quick bench spec-coverage fmt lint lock ocr-b packages-run packages-test clean

help: ## List what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: packages-run $(BIN)/issuance ## Install what is missing, prepare var/, issue two specimens, serve http://127.0.0.1:8000
	@$(BIN)/issuance run

test: packages-test $(BIN)/issuance lint ## The whole suite, on SQLite and on a PostgreSQL it starts itself
	TMPDIR=$(SCRATCH) ISSUANCE_REQUIRE_POSTGRESQL=1 $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not bench"

quick: packages-test $(BIN)/issuance ## The tests that need no database and little time, in a minute
	TMPDIR=$(SCRATCH) $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not heavy and not slow and not browser and not bench"

bench: packages-test $(BIN)/issuance ## Measure, as ratios in one run, and print a table
	@$(BIN)/python -m tests.bench

spec-coverage: $(BIN)/issuance ## Trace which code and test stands on each clause of the passport specification (specs/coverage.json)
	@TMPDIR=$(SCRATCH) $(BIN)/python -m tests.coverage

fmt: $(BIN)/issuance ## Format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(BIN)/issuance ## Formatter, linter and strict types, changing nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

lock: $(BIN)/issuance ## Resolve pyproject.toml anew into requirements.lock (hashes, no addresses)
	$(PYTHON) -m venv build/lock && build/lock/bin/pip install -q uv
	build/lock/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --upgrade -o requirements.lock

ocr-b: packages-run ## Train our OCR-B line reader anew (about 40 minutes on one core) into issuance/border/reading/ocrb.onnx
	@[ -x build/train/bin/python ] || { $(PYTHON) -m venv build/train && build/train/bin/pip install -q torch onnx numpy pillow opencv-python-headless; }
	nice -n 10 build/train/bin/python -m tests.training.ocrb --minutes $(or $(MINUTES),40)

clean: ## Remove what was installed and built here; var/ (keys, register) stays
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# dpkg-query answers in milliseconds when nothing is missing, so a second run stays quick.
define install_packages
	@missing=$$(for p in $$(grep -hv '^#' $(1)); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "Installing Debian packages:" $$missing; \
	  $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi
endef

packages-run:
	$(call install_packages,packages-run.txt)

packages-test:
	$(call install_packages,packages-run.txt packages-test.txt)

$(BIN)/issuance: requirements.lock pyproject.toml | packages-run
	@echo "Installing Python packages into .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --no-deps --no-build-isolation --no-index -e .
	@touch $@
