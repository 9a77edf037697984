"""Request ids: accepted or generated, returned, and in log records."""

import io
import json
import logging
import logging.config

import pytest
from django.test import Client

from cms.logs import LOGGING
from cms.request_id import request_id


def test_the_request_id_of_a_proxy_is_returned(client: Client):
    response = client.get("/healthz", headers={"X-Request-ID": "edge-1.42"})
    assert response["X-Request-ID"] == "edge-1.42"


@pytest.mark.parametrize("sent", ["", "two words", 'quo"te', "x" * 129, "tab\there", "é"])
def test_an_invalid_request_id_is_replaced(client: Client, sent: str):
    returned = client.get("/healthz", headers={"X-Request-ID": sent})["X-Request-ID"]
    assert returned != sent
    assert len(returned) == 32


def test_request_ids_are_unique(client: Client):
    first, second = (client.get("/healthz")["X-Request-ID"] for _ in range(2))
    assert first != second


@pytest.fixture
def log_lines() -> io.StringIO:
    """Return a stream that production's console handler writes to."""
    stream = io.StringIO()
    handler = {**LOGGING["handlers"]["console"], "stream": stream}
    logger = {"handlers": ["console"], "level": "INFO", "propagate": False}
    config = {"handlers": {"console": handler}, "loggers": {"tests.json": logger}, "root": {}}
    logging.config.dictConfig(LOGGING | config)
    return stream


def test_log_records_are_json_with_the_request_id(log_lines: io.StringIO):
    request_id.set("edge-7")
    logging.getLogger("tests.json").warning("Something %s", "happened")
    line = json.loads(log_lines.getvalue())
    assert line["request_id"] == "edge-7"
    assert line["message"] == "Something happened"
    assert line["level"] == "WARNING"


def test_a_traceback_is_in_one_line(log_lines: io.StringIO):
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("tests.json").exception("Crashed")
    [line] = log_lines.getvalue().splitlines()
    assert "ValueError: two\nlines" in json.loads(line)["exc_info"]
