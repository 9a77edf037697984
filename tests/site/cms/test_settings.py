"""Every settings module, each in a process of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

PRODUCTION = {
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "news.example, www.news.example",
    "DATABASE_URL": "sqlite://:memory:",
    "WAGTAILADMIN_BASE_URL": "https://news.example",
}


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the checkout with only this environment, PATH and coverage's variables."""
    inherited = {k: v for k, v in os.environ.items() if k == "PATH" or k.startswith("COVERAGE_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def settings_of(module: str, *names: str, **environment: str) -> list:
    """Return the values of these settings, converted to JSON and back."""
    code = (
        f"import json; from cms.settings import {module} as s;"
        f"print(json.dumps([getattr(s, n) for n in {names!r}], default=str))"
    )
    result = python("-c", code, **environment)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("module", ["dev", "test", "production"])
def test_every_module_reads_database_and_media_root_from_the_environment(module: str):
    chosen = {"DATABASE_URL": "postgres://ann@db.example/news", "MEDIA_ROOT": "/srv/media"}
    databases, media = settings_of(module, "DATABASES", "MEDIA_ROOT", **(PRODUCTION | chosen))
    assert databases["default"]["ENGINE"] == "django.db.backends.postgresql"
    assert databases["default"]["HOST"] == "db.example"
    assert media == "/srv/media"


def test_the_default_is_sqlite_in_the_checkout_with_wal():
    [databases] = settings_of("dev", "DATABASES")
    assert databases["default"]["NAME"] == str(ROOT / "db.sqlite3")
    assert databases["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in databases["default"]["OPTIONS"]["init_command"]


@pytest.mark.parametrize("missing", PRODUCTION)
def test_production_reports_a_missing_variable_in_one_line(missing: str):
    environment = {name: value for name, value in PRODUCTION.items() if name != missing}
    result = python("manage.py", "check", "--settings=cms.settings.production", **environment)
    assert result.returncode != 0
    assert result.stderr == f"Missing in the environment: {missing}\n"


def test_an_empty_secret_counts_as_missing():
    empty = PRODUCTION | {"SECRET_KEY": ""}
    result = python("manage.py", "check", "--settings=cms.settings.production", **empty)
    assert result.stderr == "Missing in the environment: SECRET_KEY\n"


def test_production_passes_djangos_deployment_checks():
    check = ["check", "--deploy", "--fail-level=WARNING", "--settings=cms.settings.production"]
    result = python("manage.py", *check, **PRODUCTION)
    assert result.returncode == 0, result.stderr


def test_connection_to_the_mail_server_is_read_from_the_environment():
    names = ["EMAIL_USE_TLS", "EMAIL_USE_SSL", "EMAIL_TIMEOUT"]
    assert settings_of("production", *names, **PRODUCTION) == [False, False, 10]
    chosen = {"EMAIL_USE_SSL": "on", "EMAIL_TIMEOUT": "3"}
    assert settings_of("production", *names, **(PRODUCTION | chosen)) == [False, True, 3]


def test_production_rejects_both_kinds_of_encryption_for_mail_in_one_line():
    both = PRODUCTION | {"EMAIL_USE_TLS": "on", "EMAIL_USE_SSL": "on"}
    result = python("manage.py", "check", "--settings=cms.settings.production", **both)
    assert result.returncode != 0
    assert result.stderr.startswith("Only one of EMAIL_USE_TLS and EMAIL_USE_SSL")
    assert result.stderr.count("\n") == 1


def test_mails_of_development_are_files_in_a_folder_that_git_ignores():
    backend, folder = settings_of("dev", "EMAIL_BACKEND", "EMAIL_FILE_PATH")
    assert (backend, folder) == ("cms.mail.EmailBackend", str(ROOT / ".mail"))
    assert "/.mail/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_links_in_mails_of_make_run_have_its_port():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "run: export WAGTAILADMIN_BASE_URL ?= http://127.0.0.1:$(PORT)" in makefile.splitlines()


def test_https_can_be_switched_off():
    names = ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
    assert settings_of("production", *names, **PRODUCTION) == [True, True, True]
    assert settings_of("production", *names, HTTPS="off", **PRODUCTION) == [False, False, False]


GET = """
import django, json, sys; django.setup()
from django.test import Client
client = Client(headers={"host": "news.example"})
response = client.get(sys.argv[1], secure=sys.argv[2] == "https")
print(json.dumps([response.status_code, dict(response.headers)]))
"""


def get(path: str, scheme: str) -> tuple[int, dict[str, str]]:
    """Return the status and headers of a response in production."""
    settings = PRODUCTION | {"DJANGO_SETTINGS_MODULE": "cms.settings.production"}
    result = python("-W", "ignore", "-c", GET, path, scheme, **settings)
    assert result.returncode == 0, result.stderr
    return tuple(json.loads(result.stdout))


def test_production_redirects_http_to_https_except_for_probes():
    status, headers = get("/admin/", "http")
    assert (status, headers["Location"]) == (301, "https://news.example/admin/")
    assert get("/healthz", "http")[0] == 200


def test_production_sends_security_headers():
    _, headers = get("/healthz", "https")
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_x_forwarded_proto_is_trusted_only_if_enabled():
    code = "from cms.settings import production as s; print(hasattr(s, 'SECURE_PROXY_SSL_HEADER'))"
    assert python("-c", code, **PRODUCTION).stdout == "False\n"
    trusting = PRODUCTION | {"TRUST_X_FORWARDED_PROTO": "on"}
    assert python("-c", code, **trusting).stdout == "True\n"


def test_every_variable_read_is_documented():
    documented = (ROOT / "docs/reference/environment.md").read_text(encoding="utf-8")
    quoted = r'(?:environ(?:\.get)?[\[(]|_words\(|_switch\()"([A-Z_]+)"'
    source = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "cms/settings").glob("*.py"))
    assert [name for name in _names(quoted, source) if f"`{name}`" not in documented] == []


def _names(pattern: str, text: str) -> set[str]:
    """Find all matches; fail if there is none, because the pattern is then out of date."""
    names = set(re.findall(pattern, text))
    assert names
    return names


def test_rate_limit_of_the_api_is_read_from_the_environment():
    chosen = {"API_THROTTLE_RATE": "300/min", "NUM_PROXIES": "2"}
    names = ("DIGEST_API_THROTTLE_RATE", "REST_FRAMEWORK")
    found = settings_of("production", *names, **(PRODUCTION | chosen))
    assert found == ["300/min", {"NUM_PROXIES": 2}]
