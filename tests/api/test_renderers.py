"""JSON of responses."""

import json
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils.functional import lazystr
from rest_framework import renderers

from digest.api.renderers import JSONRenderer

VALUES = [
    {"title": 'Zürich \U0001f600 "quoted" \\ / </script>', "none": None, "flag": True},
    [1, -1, 0.1, 2**53, -0.0],
    {"lines": "a\u2028b\u2029c", "control": "\x00\x1f\x7f\t\n"},
    [datetime(2026, 3, 1, 12, tzinfo=UTC), date(2026, 3, 1), Decimal("1.10"), UUID(int=1)],
    {"lazy": lazystr("translated")},
    {"large": 2**70},
    {1: "a key that is a number"},
    None,
]
# Those that orjson may write in another way.
FLOATS = [1e16, 1.5e300, 1e-07, 1.5e-05]


@pytest.mark.parametrize("data", VALUES)
def test_json_is_the_same_as_of_drf(data):
    assert JSONRenderer().render(data) == renderers.JSONRenderer().render(data)


def test_json_is_indented_if_the_client_asks():
    found = JSONRenderer().render({"title": "ü"}, "application/json; indent=2")
    assert found == '{\n  "title": "ü"\n}'.encode()


@pytest.mark.parametrize(
    ("name", "value", "data", "expected"),
    [
        ("ensure_ascii", True, "ü", b'"\\u00fc"'),
        ("compact", False, [1, 2], b"[1, 2]"),
        ("strict", False, math.nan, b"NaN"),
    ],
)
def test_json_follows_the_settings_of_drf(monkeypatch, name, value, data, expected):
    monkeypatch.setattr(JSONRenderer, name, value)
    assert JSONRenderer().render(data) == expected


def test_floats_have_the_same_value():
    assert json.loads(JSONRenderer().render(FLOATS)) == FLOATS


def test_not_a_number_is_null():
    assert JSONRenderer().render([math.nan, math.inf]) == b"[null,null]"


def test_what_can_be_read_once_is_complete():
    data = {"names": (name for name in "ab"), "large": 2**70}
    assert json.loads(JSONRenderer().render(data)) == {"names": ["a", "b"], "large": 2**70}


def test_instance_that_drf_does_not_encode_is_an_error():
    @dataclass
    class Account:
        password: str

    with pytest.raises(TypeError):
        JSONRenderer().render(Account("secret"))


def test_lone_surrogates_are_an_error():
    with pytest.raises(UnicodeEncodeError):
        JSONRenderer().render("\ud800")


def test_usual_data_is_encoded_without_python(monkeypatch):
    monkeypatch.setattr(renderers.JSONRenderer, "render", None)
    assert JSONRenderer().render({"title": "ü"}) == '{"title":"ü"}'.encode()
