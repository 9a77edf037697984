"""Serializers of JSON bodies, which validate them and describe them in the schema.

They accept the types of JSON only as they are: DRF's fields would accept 5 for a string and "yes"
for a boolean. An unknown field, or a control character in a string, is an error, too.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.settings import api_settings

from digest.api.errors import InvalidBody
from digest.api.parameter_fields import MAX_NAME_LENGTH, hint
from digest.api.parameters import MAX_ERRORS, shared_instance

# Line ends and tabs, too: a header or a line of text cannot have them.
CONTROL_CHARACTERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
# The first class that matches a field determines its type.
JSON_TYPES: list[tuple[type[serializers.Field], tuple[type, ...], str]] = [
    (serializers.BooleanField, (bool,), "a boolean"),
    (serializers.IntegerField, (int,), "an integer"),
    (serializers.FloatField, (int, float), "a number"),
    (serializers.ListField, (list,), "an array"),
    (serializers.ListSerializer, (list,), "an array"),
    (serializers.DictField, (dict,), "an object"),
    (serializers.Serializer, (dict,), "an object"),
    (serializers.Field, (str,), "a string"),
]
IN_TEXT = str.maketrans("", "", "\n\r\t")
Errors = Iterator[dict[str, str]]


class TextField(serializers.CharField):
    """Accept a text with line ends and tabs."""


class UnionField(serializers.Field):
    """Accept what one of several fields accepts; the value decides which one."""

    def member(self, value: Any) -> serializers.Field:
        """Return the field for a value; raise ValidationError if there is none."""
        raise NotImplementedError

    def run_validation(self, data: Any = empty) -> Any:
        is_final, value = self.validate_empty_values(data)
        return value if is_final else self.member(data).run_validation(data)


class LimitedListField(serializers.ListField):
    """Accept a list, whose length is checked before its items."""

    default_error_messages = {"max_length": "Use at most {max_length} items."}

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class Body(serializers.Serializer):
    """Base class of bodies, with DRF's fields. Fields are required by default."""

    @classmethod
    def read(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Return the validated values by name, with defaults; raise InvalidBody."""
        body = shared_instance(cls)
        errors = [*islice(_type_errors(body, data, ""), MAX_ERRORS)]
        try:
            values = body.run_validation(data)
        except serializers.ValidationError as error:
            known = {error["pointer"] for error in errors}
            details = _flat(error.detail, "")
            errors += [error for error in details if error["pointer"] not in known]
        if errors:
            raise InvalidBody([_without_long_input(e, data) for e in errors[:MAX_ERRORS]])
        return values

    @classmethod
    def is_required(cls) -> bool:
        """Return whether a field is required, and so the body."""
        return any(field.required for field in shared_instance(cls).fields.values())


class NoBody(Body):
    """No fields: the body is empty, or `{}`."""


def _type_errors(field: serializers.Field, value: Any, pointer: str) -> Errors:
    """Yield an error for each value of a wrong type, unknown name and control character."""
    if value is None:  # DRF checks ``allow_null``
        return
    if isinstance(field, UnionField):
        try:
            field = field.member(value)
        except serializers.ValidationError as error:
            yield from _flat(error.detail, pointer)
            return
    types, name = next((types, name) for kind, types, name in JSON_TYPES if isinstance(field, kind))
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        yield _error(pointer, "type", f"Use {name}.")
    elif isinstance(value, str) and _has_control_characters(field, value):
        yield _error(pointer, "characters", "Control characters are not allowed.")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _type_errors(field.child, item, f"{pointer}/{index}")
    elif isinstance(field, serializers.Serializer):
        yield from _errors_of_fields(field.fields, value, pointer)
    elif isinstance(field, serializers.DictField):
        for key, item in value.items():
            yield from _type_errors(field.child, item, _below(pointer, key))


def _has_control_characters(field: serializers.Field, text: str) -> bool:
    if isinstance(field, TextField):
        text = text.translate(IN_TEXT)
    return bool(CONTROL_CHARACTERS.search(text))


def _errors_of_fields(
    fields: Mapping[str, serializers.Field], data: dict[str, Any], pointer: str
) -> Errors:
    for name, value in data.items():
        if name in fields:
            yield from _type_errors(fields[name], value, _below(pointer, name))
        else:
            detail = "Unknown field." + hint(name, fields)
            yield _error(_below(pointer, name), "unknown", detail)


def _flat(detail: Any, pointer: str) -> Errors:
    """Yield the first error of each field of DRF's nested errors."""
    if isinstance(detail, dict):
        for name, part in detail.items():
            is_own = name == api_settings.NON_FIELD_ERRORS_KEY
            yield from _flat(part, pointer if is_own else _below(pointer, str(name)))
    elif isinstance(detail[0], str):
        yield _error(pointer, detail[0].code, str(detail[0]))
    else:  # of a list of objects
        for index, part in enumerate(detail):
            yield from _flat(part, f"{pointer}/{index}")


def _below(pointer: str, name: str) -> str:
    escaped = name[:MAX_NAME_LENGTH].replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{CONTROL_CHARACTERS.sub('�', escaped)}"


def _error(pointer: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": pointer, "code": code, "detail": detail}


def _without_long_input(error: dict[str, str], data: Any) -> dict[str, str]:
    """Shorten the strings of the body that DRF repeats in a detail."""
    for text in _strings(data):
        if len(text) > MAX_NAME_LENGTH:
            error["detail"] = error["detail"].replace(text, f"{text[:MAX_NAME_LENGTH]}…")
    return error


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data.strip()
    elif isinstance(data, (dict, list)):
        for item in data.values() if isinstance(data, dict) else data:
            yield from _strings(item)
