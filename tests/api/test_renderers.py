"""JSON of responses."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils.functional import lazystr
from rest_framework import renderers

from digest.api.renderers import JSONRenderer

VALUES = [
    {"title": "Zürich \U0001f600 \"quoted\" \\ / </script>", "none": None, "flag": True},
    [1, -1, 0.1, 2**53, 1.5e300],
    {"lines": "a\u2028b\u2029c", "control": "\x00\x1f\x7f\t\n"},
    [datetime(2026, 3, 1, 12, tzinfo=UTC), date(2026, 3, 1), Decimal("1.10"), UUID(int=1)],
    {"lazy": lazystr("translated")},
    {"large": 2**70},
    {1: "a key that is a number"},
    None,
]


@pytest.mark.parametrize("data", VALUES)
@pytest.mark.parametrize("media_type", ["application/json", "application/json; indent=2"])
def test_json_is_the_same_as_of_drf(data, media_type):
    expected = renderers.JSONRenderer().render(data, media_type)
    assert JSONRenderer().render(data, media_type) == expected


def test_escapes_follow_the_setting_of_drf(monkeypatch):
    monkeypatch.setattr(JSONRenderer, "ensure_ascii", True)
    assert JSONRenderer().render("ü") == b'"\\u00fc"'


def test_lone_surrogates_are_an_error():
    with pytest.raises(UnicodeEncodeError):
        JSONRenderer().render("\ud800")


def test_usual_data_is_encoded_without_python(monkeypatch):
    monkeypatch.setattr(renderers.JSONRenderer, "render", None)
    assert JSONRenderer().render({"title": "ü"}) == '{"title":"ü"}'.encode()
