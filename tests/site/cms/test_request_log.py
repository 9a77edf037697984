"""The log of requests has the content of gunicorn's own and of python-json-logger's."""

import json
import logging
import re
import shlex
from datetime import timedelta
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from pythonjsonlogger.json import JsonFormatter

from cms.logs import LOGGING, REQUEST_LOGGERS, LineFormatter
from cms.request_log import RequestLogger
from tests.docs.markdown import ROOT

ENVIRON = {"REQUEST_METHOD": "GET", "RAW_URI": "/%C3%A9", "SERVER_PROTOCOL": "HTTP/1.1"}
ENVIRON |= {"PATH_INFO": '/é"{x}i/', "REMOTE_ADDR": "192.0.2.1", "HTTP_ACCEPT": "*/*"}


@pytest.fixture
def options() -> list[str]:
    """Return the command by which `make serve` starts gunicorn."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", "")
    [command] = re.findall(r"-m gunicorn (.*)", makefile)
    return shlex.split(command)


def option(options: list[str], name: str) -> str:
    return options[options.index(name) + 1]


def line(logger_class: type[Logger], text: str, status: str | int) -> str:
    response = SimpleNamespace(status=status, sent=1234, headers=[("ETag", "x")])
    logger, taken = logger_class(Config()), timedelta(seconds=61, microseconds=42)
    request = SimpleNamespace(headers=[("HOST", "localhost")])
    return text % logger.atoms_wrapper_class(logger.atoms(response, request, ENVIRON, taken))


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", 200])
def test_line_is_that_of_gunicorn(options, status):
    text = option(options, "--access-logformat")
    assert line(RequestLogger, text, status) == line(Logger, text, status)


def test_make_serve_logs_with_it_and_reads_no_headers(options):
    assert option(options, "--logger-class") == "cms.request_log.RequestLogger"
    logger, response = RequestLogger(Config()), SimpleNamespace(status="200 OK", sent=1)
    assert set(logger.atoms(response, None, ENVIRON, timedelta())) == set("hmUsBL")


def record(name: str) -> logging.LogRecord:
    record = logging.LogRecord(name, logging.INFO, "", 1, "%s é", ('"two"',), None)
    record.request_id = "edge-7"
    return record


@pytest.mark.parametrize("name", REQUEST_LOGGERS)
def test_formatter_writes_requests_as_any_other_record(name):
    options = {key: value for key, value in LOGGING["formatters"]["json"].items() if key != "()"}
    found, other = (LineFormatter(**options).format(record(each)) for each in (name, "other"))
    assert found == other.replace('"other"', f'"{name}"').replace(
        json.loads(other)["time"], json.loads(found)["time"]
    )


def test_request_line_is_formatted_without_the_slower_formatter(monkeypatch):
    monkeypatch.setattr(JsonFormatter, "format", None)
    assert json.loads(LineFormatter().format(record("gunicorn.access")))["request_id"] == "edge-7"


@pytest.mark.parametrize("name", REQUEST_LOGGERS)
def test_servers_log_requests_through_it(name):
    assert LOGGING["loggers"][name]["handlers"] == ["console"]
    assert LOGGING["formatters"]["json"]["()"] == "cms.logs.LineFormatter"
