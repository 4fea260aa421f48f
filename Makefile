# Everything a person starts by hand. Set-up happens by itself and only when something changed.
PYTHON ?= python3.11
SET_UP = $(PYTHON) tools/set_up.py
BIN = .venv/bin
# Accounts and tickets stay in sight: no line for each request, unless asked for.
QUIET = env LIUHEN_LOG_LEVEL=$${LIUHEN_LOG_LEVEL:-WARNING}

.DEFAULT_GOAL := help
.PHONY: help run phone test check fmt bench sim soak lock python

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'Python 3.11 is missing: apt-get install python3.11 python3.11-venv, or make PYTHON=/path/to/it' >&2; exit 2; }

run: python ## set up, build the pages, load demo data and serve on this computer
	@$(SET_UP) run client pwa
	@exec $(QUIET) $(BIN)/liuhen serve --demo

phone: python ## the same over HTTPS for phones on the local network, with a QR code
	@$(SET_UP) run client pwa
	@exec $(QUIET) $(BIN)/liuhen serve --demo --phone

test: python ## everything: linters, both databases, a real browser (under 30 minutes)
	@$(SET_UP) test client pwa browser
	@exec $(BIN)/python tools/run_tests.py all

check: python ## the two-minute part: linters, types, arrows, unit and contract tests
	@$(SET_UP) test client
	@exec $(BIN)/python tools/run_tests.py check

fmt: python ## format the Python sources and fix what can be fixed by machine
	@$(SET_UP) test
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: python ## measure push, pull and upload (BENCH="…" passes options on)
	@$(SET_UP) test
	@exec $(BIN)/python tools/run_tests.py bench $(BENCH)

sim: python ## the seeded simulator once (SEED=…, STEPS=…)
	@$(SET_UP) test client
	@exec $(BIN)/python tools/run_tests.py sim "$(SEED)" "$(STEPS)"

soak: python ## an hour of new seeds (MINUTES=…, STEPS=…), then an hour of photos over a narrow link
	@$(SET_UP) test client pwa browser
	@exec $(BIN)/python tools/run_tests.py soak "$(MINUTES)" "$(STEPS)"

lock: python ## rewrite the lock files (LOCK=--upgrade takes newer versions)
	@$(SET_UP) run
	@$(PYTHON) tools/lock.py $(LOCK)
