"""Serializer fields that validate query parameters, stricter than DRF's own."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

MAX_SLUGS = 20
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
DATETIME = DATE + r"[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
MAX_NAMES = 50
# Longer names are truncated in errors and in the search for similar names.
MAX_NAME_LENGTH = 100


class StrictIntegerField(serializers.IntegerField):
    """Accept up to ``max_digits`` ASCII digits; DRF also accepts "5.0" and " 5"."""

    max_digits = 9

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch(rf"[0-9]{{1,{self.max_digits}}}", str(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictRegexField(serializers.RegexField):
    """Accept what matches as a whole; DRF trims it, and ``$`` also matches before a line end."""

    def __init__(self, regex: str, **kwargs: Any) -> None:
        super().__init__(regex, trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if str(data).endswith("\n"):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictDateField(serializers.DateField):
    """Accept a date as 2026-04-14, whatever the formats of the site."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_internal_value(self, data: Any) -> date:
        # Python would accept 2026-4-14.
        if not re.fullmatch(DATE, str(data)):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(data)


class StrictDateTimeField(serializers.DateTimeField):
    """Accept a datetime as 2026-04-14T06:00:00Z (RFC 3339), whatever the site's time zone.

    A date, or a datetime without an offset, is an error.
    """

    default_error_messages = {"offset": "Use a datetime with an offset, as 2026-04-14T06:00:00Z."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["iso-8601"], **kwargs)

    def to_internal_value(self, data: Any) -> datetime:
        if not re.fullmatch(DATETIME, str(data)):
            self.fail("offset")
        return super().to_internal_value(data)


class ChoiceField(serializers.ChoiceField):
    """Accept one of the choices; unlike DRF's, the error does not repeat the input."""

    def __init__(self, choices: list[str], **kwargs: Any) -> None:
        super().__init__(choices=choices, **kwargs)
        self.error_messages["invalid_choice"] = f"Choose one of: {', '.join(choices)}."


class StrictBooleanField(serializers.BooleanField):
    """Accept ``true`` and ``false``; DRF also accepts "1", "yes" and "on"."""

    default_error_messages = {"invalid_choice": "Choose one of: true, false."}

    def to_internal_value(self, data: Any) -> bool:
        if data not in ("true", "false", True, False):
            self.fail("invalid_choice")
        return data in ("true", True)


class SeparatedField(serializers.CharField):
    """Validate a string, then ``split`` it into a list."""

    def run_validation(self, data: Any = empty) -> list[str]:
        return self.split(super().run_validation(data))

    def split(self, text: str) -> list[str]:
        """Return the parts of a text; ``fail`` if one is invalid."""
        raise NotImplementedError


class SlugListField(SeparatedField):
    """Accept comma-separated slugs, as a list."""

    default_error_messages = {
        "slug": "Enter slugs separated by commas.",
        "many": f"Enter at most {MAX_SLUGS} slugs.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, trim_whitespace=False, **kwargs)

    def split(self, text: str) -> list[str]:
        slugs = text.split(",")
        if len(slugs) > MAX_SLUGS:
            self.fail("many")
        if not all(re.fullmatch(r"[\w-]{1,255}", slug) for slug in slugs):
            self.fail("slug")
        return slugs


class NameListField(SeparatedField):
    """Accept comma-separated field names out of a fixed set, as a list."""

    default_error_messages = {
        "many": "Use at most {limit} fields.",
        "name": "Unknown field “{name}”.{hint}",
        "repeated": "Use each field only once.",
    }

    def __init__(self, names: Iterable[str] | Callable[[], Iterable[str]], **kwargs: Any) -> None:
        self._names = names
        super().__init__(max_length=2000, trim_whitespace=False, **kwargs)

    @property
    def names(self) -> list[str]:
        # Some are known only when all models are loaded.
        return list(self._names() if callable(self._names) else self._names)

    def split(self, text: str) -> list[str]:
        chosen = text.split(",")
        if len(chosen) > MAX_NAMES:
            self.fail("many", limit=MAX_NAMES)
        for name in chosen:
            if name not in self.names:
                self.fail("name", name=name[:50], hint=hint(name, self.names))
        if len(set(chosen)) < len(chosen):
            self.fail("repeated")
        return chosen


def hint(name: str, names: Iterable[str]) -> str:
    """Return a sentence with the most similar of the names, or an empty string."""
    similar = get_close_matches(name[:MAX_NAME_LENGTH], names, n=1)
    return f" Did you mean “{similar[0]}”?" if similar else ""
