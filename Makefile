# Needs make and python3 >= 3.11 with venv, nothing else. `make help` lists the targets.

PORT ?= 8000
PYTHON ?= python3
# The newest Python that is supported, of pyenv if it has one, for `make test-latest`
PYTHON_LATEST ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.13*/bin/python) python3.13)
PY := .venv/bin/python
MANAGE := $(PY) manage.py
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Without bytecode, each process that runs tests compiles them again.
unexport PYTHONDONTWRITEBYTECODE
# One process for each core, and no more than Redis has databases for.
PYTEST := -m pytest --numprocesses logical --maxprocesses 8 --dist loadgroup
# Started before the server, which replaces the shell ($$): the jobs stop when it has ended.
JOBS = ($(MANAGE) run_jobs --stop-with $$$$ || echo "run_jobs has failed: nothing is published on schedule." >&2) &

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: run test test-all test-core test-latest test-oldest coverage faults lint format serve bench bench-server bench-search bench-newsletter bench-submissions bench-changes wheel-check types-check mail-check clean help port-free

run: export DJANGO_RUNSERVER_HIDE_WARNING := true
run: export WAGTAILADMIN_BASE_URL ?= http://127.0.0.1:$(PORT)
run: port-free .venv/installed ## serve the site on http://127.0.0.1:8000/ (PORT=), sample digests included
	@$(MANAGE) migrate --check >/dev/null 2>&1 || { echo "Preparing the database ..."; $(MANAGE) migrate --verbosity 0; }
	@$(MANAGE) load_samples --with-editor --port $(PORT)
	@printf '%-9s http://127.0.0.1:$(PORT)%s\n' Pages / Editor /admin/ API /api/v1/ 'API docs' /api/v1/docs/
	@$(JOBS) exec $(MANAGE) runserver 127.0.0.1:$(PORT)

test: .venv/installed ## run the tests, without the slow ones (ARGS="-k feeds" chooses some)
	@$(PY) $(PYTEST) -m "not slow" $(ARGS)

test-all: .venv/installed ## run all tests but those of `make faults`
	@$(PY) $(PYTEST) $(ARGS)

test-core: .venv/installed ## run the tests of the core without any optional app
	@$(PY) $(PYTEST) --ds=tests.core_settings -m "not slow and not optional_apps" $(ARGS)

test-latest: .venv/installed ## run the tests on Python 3.13 with the newest releases that pyproject.toml allows
	@test -x .venv-latest/bin/python || $(PYTHON_LATEST) -m venv .venv-latest
	@$(PY) tests/environments.py tools >.venv-latest/tools.txt
	@.venv-latest/bin/python -m pip install --quiet --upgrade --upgrade-strategy eager --editable ".[anymail,mcp,site]" --requirement .venv-latest/tools.txt
	@.venv-latest/bin/python $(PYTEST) -m "not slow" $(ARGS)

test-oldest: .venv/installed ## run the tests with the oldest releases that pyproject.toml allows
	@test -x .venv-oldest/bin/python || $(PYTHON) -m venv .venv-oldest
	@$(PY) tests/environments.py oldest >.venv-oldest/oldest.txt
	@$(PY) tests/environments.py tools >.venv-oldest/tools.txt
	@.venv-oldest/bin/python -m pip install --quiet --editable ".[anymail,mcp,site]" --constraint .venv-oldest/oldest.txt --requirement .venv-oldest/tools.txt
	@.venv-oldest/bin/python $(PYTEST) -m "not slow" $(ARGS)

coverage: .venv/installed ## run the tests and report the lines they do not cover; takes nearly twice as long
	@$(PY) $(PYTEST) --cov --cov-report=term $(ARGS)

faults: .venv/installed ## stop, freeze and kill databases, Redis and workers under load; takes some minutes
	@$(PY) -m pytest $(or $(ARGS),tests/faults)

lint: .venv/installed ## check style, format, missing migrations and Django's system checks
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(MANAGE) makemigrations --check --dry-run
	@$(MANAGE) check --fail-level WARNING

format: .venv/installed ## fix style and format
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

serve: export DJANGO_SETTINGS_MODULE := cms.settings.production
serve: export WEB_CONCURRENCY ?= 3
serve: export SERVE_MEDIA ?= on
serve: export FORWARDED_ALLOW_IPS ?=
serve: port-free .venv/installed ## serve with production settings and several workers (docs/reference/environment.md)
	@$(MANAGE) collectstatic --no-input --verbosity 0
	@$(JOBS) exec $(PY) -m gunicorn cms.wsgi --bind 127.0.0.1:$(PORT) --preload --threads 4 --no-control-socket \
	  --access-logfile - --access-logformat '%(h)s %(m)s %(U)s %(s)s %(B)s bytes %(L)s s'

bench: .venv/installed ## measure the API and Wagtail's own, then submissions; with ARGS="--issues 1000" only the first (BENCH_DIR= keeps the database)
	@$(PY) -m benchmarks $(ARGS)
	@$(if $(ARGS),,$(PY) -m benchmarks.submissions)

bench-server: .venv/installed ## measure the site under gunicorn and behind Varnish; needs wrk (ARGS="--memory 200000")
	@$(PY) -m benchmarks.server $(ARGS)

bench-search: .venv/installed ## measure readers' search and Wagtail's, on SQLite and PostgreSQL (ARGS="--stories 1000")
	@$(PY) -m benchmarks.search $(ARGS)

bench-newsletter: .venv/installed ## measure the newsletter, on SQLite and PostgreSQL (ARGS="--readers 1000 10000")
	@$(PY) -m benchmarks.newsletter $(ARGS)

bench-submissions: .venv/installed ## measure submissions, on SQLite and PostgreSQL (ARGS="--only draft --engines sqlite")
	@$(PY) -m benchmarks.submissions $(ARGS)

bench-changes: .venv/installed ## measure the feed of changes (ARGS="--issues 10000"; DATABASE_URL chooses the engine)
	@$(PY) -m benchmarks.changes $(ARGS)

wheel-check: .venv/installed ## build the wheel and follow the README in a new project
	@$(PY) tests/plugin/wheel_check.py

types-check: CONSUMER := tests/contract/typescript
types-check: .venv/installed ## compile a TypeScript consumer with types generated from the API's schema (needs npm)
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 18 or newer (Debian: apt install nodejs npm)." >&2; exit 1; }
	@$(MANAGE) shell --no-imports --command 'import json; from digest.api.documentation import build_schema; print(json.dumps(build_schema()))' >$(CONSUMER)/schema.json
	@cd $(CONSUMER) && npm ci --loglevel=error --no-audit --no-fund >/dev/null && npm run --silent types >/dev/null && npm run --silent check

mail-check: .venv/installed ## check the mail of an issue against what mail programs support (needs npm)
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer (Debian: apt install nodejs npm)." >&2; exit 1; }
	@cd tests/contrib/newsletter/caniemail && npm ci --loglevel=error --no-audit --no-fund >/dev/null
	@$(PY) -m pytest tests/contrib/newsletter/test_mail_programs.py

clean: ## remove the environments, caches, build results and mails; the database and uploads stay
	@rm -rf .venv .venv-latest .venv-oldest build dist static .mail htmlcov .coverage .pytest_cache .ruff_cache tests/contract/typescript/node_modules tests/contrib/newsletter/caniemail/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r target text; do printf 'make %-18s %s\n' "$$target" "$$text"; done

# The virtual environment, rebuilt when requirements-dev.txt has changed.
.venv/installed: requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: Python 3.11 or newer is needed (make PYTHON=python3.12 ...)." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: install it (Debian: apt install python3-venv)." >&2; exit 1; }
	@echo "Installing the requirements into .venv, a minute or two ..."
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(PY) -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

port-free:
	@! command -v $(PYTHON) >/dev/null || $(PYTHON) -c 'import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", $(PORT)))' 2>/dev/null || { echo "Port $(PORT) is busy or not allowed: choose another with PORT=, as in make $(firstword $(MAKECMDGOALS) run) PORT=8001" >&2; exit 1; }
