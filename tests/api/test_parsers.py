"""The body of a request is read as a whole, or not at all."""

from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from digest.api.errors import InvalidBody
from digest.api.parsers import read_bytes


def request(body, length):
    environ = RequestFactory().post("/", content_type="text/markdown").environ
    return WSGIRequest(environ | {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": length})


def test_whole_body_is_read():
    assert read_bytes(request(b"abc", "3"), 10) == b"abc"


def test_body_of_a_broken_connection_is_refused():
    with pytest.raises(InvalidBody) as raised:
        read_bytes(request(b"ab", "3"), 10)
    assert raised.value.errors[0]["code"] == "length"
