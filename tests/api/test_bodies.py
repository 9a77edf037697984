"""Errors in the fields of a body, with their JSON pointers."""

import pytest
from rest_framework import serializers

from digest.api.bodies import Body
from digest.api.errors import InvalidBody


class Reader(Body):
    email = serializers.EmailField(max_length=20)
    age = serializers.IntegerField(required=False, allow_null=True)


class Readers(Body):
    readers = Reader(many=True, required=False)
    scores = serializers.DictField(child=serializers.FloatField(), required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    kind = serializers.ChoiceField(choices=["a", "b"], default="a")

    def validate(self, attrs):
        if attrs.get("scores") == {}:
            raise serializers.ValidationError("Add a score.", code="empty")
        return attrs


def errors_of(data):
    with pytest.raises(InvalidBody) as raised:
        Readers.read(data)
    return {error["pointer"]: (error["code"], error["detail"]) for error in raised.value.errors}


def codes(data):
    return {pointer: code for pointer, (code, _detail) in errors_of(data).items()}


def test_valid_values_are_returned_with_defaults():
    data = {"readers": [{"email": "a@b.example", "age": None}], "scores": {"x": 1}}
    assert Readers.read(data) == data | {"kind": "a"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"readers": [{"email": "a@b.example"}, {"email": "x"}]}, {"/readers/1/email": "invalid"}),
        ({"readers": [{}]}, {"/readers/0/email": "required"}),
        ({"readers": [5]}, {"/readers/0": "type"}),
        ({"readers": {"email": "a@b.example"}}, {"/readers": "type"}),
        ({"readers": [{"email": "a@b.example", "x": 1}]}, {"/readers/0/x": "unknown"}),
        ({"readers": [{"email": None}]}, {"/readers/0/email": "null"}),
        ({"readers": None}, {"/readers": "null"}),
        ({"readers": [{"email": "a" * 30 + "@b.example"}]}, {"/readers/0/email": "max_length"}),
        ({"scores": {"a/b": "1"}}, {"/scores/a~1b": "type"}),
        ({"scores": {"~": True}}, {"/scores/~0": "type"}),
        ({"tags": ["a", 1]}, {"/tags/1": "type"}),
        ({"tags": ["a", ""]}, {"/tags/1": "blank"}),
        ({"tags": ["a\0"]}, {"/tags/0": "characters"}),
        ({"kind": "c"}, {"/kind": "invalid_choice"}),
        ({"scores": {}}, {"": "empty"}),
        ({"kind": "c", "kinds": "a"}, {"/kind": "invalid_choice", "/kinds": "unknown"}),
        ({"\x00\n": 1}, {"/\ufffd\ufffd": "unknown"}),
    ],
    ids=str,
)
def test_error_has_a_pointer_and_a_code(data, expected):
    assert codes(data) == expected


@pytest.mark.parametrize("value", ["5", 5.0, 1e2, True, [], {}])
def test_integer_is_not_converted(value):
    assert codes({"readers": [{"email": "a@b.example", "age": value}]}) == {
        "/readers/0/age": "type"
    }


def test_similar_field_is_suggested():
    assert "“kind”" in errors_of({"kinds": "a"})["/kinds"][1]


def test_long_values_are_shortened_in_details():
    value = "x" * 60_000
    detail = errors_of({"kind": f" {value}"})["/kind"][1]
    assert "x" * 100 in detail
    assert "x" * 101 not in detail
    [pointer] = errors_of({value: 1})
    assert pointer == "/" + "x" * 100
