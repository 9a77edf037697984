# Needs make and python3 >= 3.11 with venv, nothing else. `make help` lists the targets.

PORT ?= 8000
FRONTEND_PORT ?= 4321
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

SCHEMA = $(MANAGE) shell --no-imports --command 'import json; from digest.api.documentation import build_schema; print(json.dumps(build_schema(), indent=1))'
CLIENT_NPM = $(if $(shell command -v npm),,$(error npm is missing: install Node.js 20.19 or newer))npm --prefix $(CLIENT)
FRONTEND := frontends/astro

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: run frontend frontend-test test test-all test-core test-latest test-oldest coverage faults lint format serve bench bench-server bench-search bench-newsletter bench-submissions bench-changes bench-frontend wheel-check types types-check client-test mail-check webhook-check clean help

run: export DJANGO_RUNSERVER_HIDE_WARNING := true
run: export WAGTAILADMIN_BASE_URL ?= http://127.0.0.1:$(PORT)
run: port-free-PORT .venv/installed ## serve the site on http://127.0.0.1:8000/ (PORT=), sample digests included
	@$(MANAGE) migrate --check >/dev/null 2>&1 || { echo "Preparing the database ..."; $(MANAGE) migrate --verbosity 0; }
	@$(MANAGE) load_samples --with-editor --port $(PORT)
	@printf '%-9s http://127.0.0.1:$(PORT)%s\n' Pages / Editor /admin/ API /api/v1/ 'API docs' /api/v1/docs/
	@$(JOBS) exec $(MANAGE) runserver 127.0.0.1:$(PORT)

frontend: export DJANGO_RUNSERVER_HIDE_WARNING := true
frontend: export WAGTAILADMIN_BASE_URL = http://127.0.0.1:$(PORT)
frontend: export FRONTEND_URL = http://127.0.0.1:$(FRONTEND_PORT)
frontend: port-free-PORT port-free-FRONTEND_PORT .venv/installed $(FRONTEND)/node_modules/installed ## serve the reference frontend on http://127.0.0.1:4321/ (FRONTEND_PORT=) beside the site (needs npm)
	@$(MANAGE) migrate --check >/dev/null 2>&1 || { echo "Preparing the database ..."; $(MANAGE) migrate --verbosity 0; }
	@$(MANAGE) load_samples --with-editor --port $(PORT)
	@printf '%-9s %s\n' Frontend $(FRONTEND_URL)/ Editor $(WAGTAILADMIN_BASE_URL)/admin/ API $(WAGTAILADMIN_BASE_URL)/api/v1/
	@exec $(MANAGE) run_frontend $(ARGS)

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

lint: .venv/installed ## check style, format, translations, missing migrations and Django's system checks
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(MANAGE) makemigrations --check --dry-run
	@$(MANAGE) check --fail-level WARNING
	@$(PY) -m pytest --quiet tests/test_translations.py tests/contrib/newsletter/test_translations.py

format: .venv/installed ## fix style and format
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

serve: export DJANGO_SETTINGS_MODULE := cms.settings.production
serve: export WEB_CONCURRENCY ?= 3
serve: export SERVE_MEDIA ?= on
serve: export FORWARDED_ALLOW_IPS ?=
serve: port-free-PORT .venv/installed ## serve with production settings and several workers (docs/reference/environment.md)
	@$(MANAGE) collectstatic --no-input --verbosity 0
	@$(JOBS) exec $(PY) -m gunicorn cms.wsgi --bind 127.0.0.1:$(PORT) --preload --threads 4 --no-control-socket \
	  --access-logfile - --access-logformat '%(h)s %(m)s %(U)s %(s)s %(B)s bytes %(L)s s' \
	  --logger-class cms.request_log.RequestLogger

bench: .venv/installed ## measure the API and Wagtail's own, then submissions and changes; with ARGS="--issues 1000" only the first (BENCH_DIR= keeps the database)
	@$(PY) -m benchmarks $(ARGS)
	@$(if $(ARGS),,$(PY) -m benchmarks.submissions && $(PY) -m benchmarks.changes --issues 1000)

bench-server: .venv/installed ## measure the site under gunicorn and behind Varnish; needs wrk (ARGS="--memory 200000", ARGS=--cpu)
	@$(PY) -m benchmarks.server $(ARGS)

bench-search: .venv/installed ## measure readers' search and Wagtail's, on SQLite and PostgreSQL (ARGS="--stories 1000")
	@$(PY) -m benchmarks.search $(ARGS)

bench-newsletter: .venv/installed ## measure the newsletter, on SQLite and PostgreSQL (ARGS="--readers 1000 10000")
	@$(PY) -m benchmarks.newsletter $(ARGS)

bench-submissions: .venv/installed ## measure submissions, on SQLite and PostgreSQL (ARGS="--only draft --engines sqlite")
	@$(PY) -m benchmarks.submissions $(ARGS)

bench-changes: .venv/installed ## measure the feed of changes and webhooks (ARGS="--issues 10000"; DATABASE_URL chooses the engine)
	@$(PY) -m benchmarks.changes $(ARGS)

bench-frontend: .venv/installed $(FRONTEND)/node_modules/installed ## measure builds of the reference frontend, and how fast it appears (ARGS="--issues 10000")
	@$(PY) -m benchmarks.frontend $(ARGS)

wheel-check: .venv/installed ## build the wheel and follow the README in a new project
	@$(PY) tests/plugin/wheel_check.py

types-check types client-test: CLIENT := clients/typescript
types-check: .venv/installed ## check that the TypeScript client is that of the API, and compile it (needs npm)
	@$(CLIENT_NPM) ci --loglevel=error --no-audit --no-fund >/dev/null
	@$(SCHEMA) | cmp -s - $(CLIENT)/schema.json || { echo "The client is not that of the API: run \`make types\`." >&2; exit 1; }
	@$(CLIENT_NPM) run --silent types -- --check >/dev/null || { echo "The client is not that of its schema: run \`make types\`." >&2; exit 1; }
	@$(CLIENT_NPM) run --silent build && $(CLIENT_NPM) run --silent check

types: .venv/installed ## make the schema and the types of the TypeScript client anew
	@$(CLIENT_NPM) ci --loglevel=error --no-audit --no-fund >/dev/null
	@$(SCHEMA) >$(CLIENT)/schema.json && $(CLIENT_NPM) run --silent types

client-test: .venv/installed ## run the tests of the TypeScript client against the sample site (needs npm)
	@$(CLIENT_NPM) ci --loglevel=error --no-audit --no-fund >/dev/null && $(CLIENT_NPM) run --silent build
	@$(PY) -m tests.clients npm --prefix $(CLIENT) test

frontend-test: .venv/installed $(FRONTEND)/node_modules/installed ## test the reference frontend in Chromium, beside the sample site (needs npm)
	@$(PY) -m pytest $(or $(ARGS),tests/frontends)
	@$(if $(ARGS),,$(PY) -m tests.clients npm --prefix $(FRONTEND) test)

mail-check: .venv/installed ## check the mail of an issue against what mail programs support (needs npm)
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer (Debian: apt install nodejs npm)." >&2; exit 1; }
	@cd tests/contrib/newsletter/caniemail && npm ci --loglevel=error --no-audit --no-fund >/dev/null
	@$(PY) -m pytest tests/contrib/newsletter/test_mail_programs.py

webhook-check: .venv/installed ## verify signatures of webhooks with the JavaScript library (needs npm)
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer (Debian: apt install nodejs npm)." >&2; exit 1; }
	@cd tests/contrib/webhooks/javascript && npm ci --loglevel=error --no-audit --no-fund >/dev/null
	@$(PY) -m pytest tests/contrib/webhooks/test_javascript.py

clean: ## remove the environments, caches, build results and mails; the database and uploads stay
	@rm -rf .venv .venv-latest .venv-oldest build dist static .mail htmlcov .coverage .pytest_cache .ruff_cache clients/typescript/dist clients/typescript/node_modules $(addprefix $(FRONTEND)/,node_modules builds dist .astro) tests/contrib/newsletter/caniemail/node_modules tests/contrib/webhooks/javascript/node_modules
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

# The frontend's packages; the client, which is one of them, is built first.
$(FRONTEND)/node_modules/installed: CLIENT := clients/typescript
$(FRONTEND)/node_modules/installed: $(FRONTEND)/package-lock.json $(addprefix clients/typescript/,package-lock.json tsconfig.json) $(wildcard clients/typescript/src/*.ts)
	@npm --version >/dev/null 2>&1 || { echo "npm is missing or does not run: install Node.js 20.19 or newer (Debian: apt install nodejs npm)." >&2; exit 1; }
	@echo "Installing the packages of the frontend, a minute or two ..."
	@$(CLIENT_NPM) ci --loglevel=error --no-audit --no-fund >/dev/null && $(CLIENT_NPM) run --silent build
	@npm --prefix $(FRONTEND) ci --loglevel=error --no-audit --no-fund >/dev/null
	@touch $@

# A port that a variable has, such as PORT, has to be free.
port-free-%:
	@! command -v $(PYTHON) >/dev/null || $(PYTHON) -c 'import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", $($*)))' 2>/dev/null || { echo "Port $($*) is busy or not allowed: choose another with $*=, as in make $(firstword $(MAKECMDGOALS) run) $*=8001" >&2; exit 1; }
