# Everything is installed into .venv; the stamps tell what is already there.
PYTHON ?= python3
BIN := .venv/bin
export QAWL_DATA_DIR ?= $(CURDIR)/data
SAMPLE := ingest/sample/article.ar.txt

.PHONY: run test lint bench bench-large eval eval-many peers chaos fuzz clean

run: .venv/run.stamp  ## the bot: in Telegram with QAWL_TELEGRAM__TOKEN set, else here in the terminal
	@$(BIN)/qawl ingest $(SAMPLE) >&2
	@if [ -n "$$QAWL_TELEGRAM__TOKEN" ]; then exec $(BIN)/qawl serve; else exec $(BIN)/qawl chat; fi

test: .venv/test.stamp  ## all tests, offline
	HF_HUB_OFFLINE=1 $(BIN)/python -m pytest

lint: .venv/lint.stamp .venv/test.stamp  ## format, lint and type checks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/test.stamp  ## speed, as ratios in one run
	HF_HUB_OFFLINE=1 $(BIN)/python -m tests.benchmarks

bench-large: .venv/test.stamp  ## a million passages, made of the real ones of the data folder SEED, else of some that are ingested first
	HF_HUB_OFFLINE=1 $(BIN)/python -m tests.benchmarks.large $(if $(SEED),--seed $(SEED))

eval: .venv/run.stamp  ## quality on the sets in ../shared, where that folder exists; with peers after `make peers`
	HF_HUB_OFFLINE=1 $(BIN)/python -m tests.evaluation $(if $(wildcard .venv-peers/stamp),--peers .venv-peers/bin/python)

eval-many: .venv/run.stamp  ## the gold questions among MANY other articles (all of them take hours; KEEP is a folder to go on in)
	HF_HUB_OFFLINE=1 $(BIN)/python -m tests.evaluation --only answers --around $(or $(MANY),50000) $(if $(KEEP),--keep $(KEEP))

peers: .venv-peers/stamp  ## the frameworks that `make eval` compares with, in an environment of their own

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Qawl needs Python 3.11 or newer; call make PYTHON=python3.x" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --upgrade 'pip>=25.1'

.venv/run.stamp: pyproject.toml | .venv/bin/python
	@echo "Installing what Qawl needs (once, a minute or two) …" >&2
	@$(BIN)/python -m pip install -qq --editable '.[openvino]'
	@touch $@

.venv/test.stamp: .venv/run.stamp
	@$(BIN)/python -m pip install -qq --group test
	@touch $@

.venv/lint.stamp: .venv/run.stamp
	@$(BIN)/python -m pip install -qq --group lint
	@touch $@

.venv-peers/stamp: pyproject.toml
	@$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install -qq --upgrade 'pip>=25.1'
	@.venv-peers/bin/python -m pip install -qq --group peers
	@touch $@

chaos: .venv/test.stamp  ## KILLS kills, UPDATES updates in storms of faults, and RECEIVED ones while memory is watched: two hours
	HF_HUB_OFFLINE=1 QAWL_CHAOS_KILLS=$(or $(KILLS),2000) QAWL_CHAOS_UPDATES=$(or $(UPDATES),10000) $(BIN)/python -m pytest -s tests/chaos
	HF_HUB_OFFLINE=1 $(BIN)/python -m tests.chaos.updates --count $(or $(RECEIVED),100000)

fuzz: .venv/fuzz.stamp  ## RUNS inputs over all targets, coverage-guided
	HF_HUB_OFFLINE=1 $(BIN)/python -m tests.fuzz --runs $(or $(RUNS),1000000)

.venv/fuzz.stamp: .venv/test.stamp
	@$(BIN)/python -m pip install -qq --group fuzz
	@touch $@

clean:
	rm -rf .venv .venv-peers data build *.egg-info
