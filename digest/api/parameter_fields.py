"""What a query parameter may be: text as it comes in an address, checked and turned into values."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

MAX_VALUES = 20
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
MOMENT = DAY + r"[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
MAX_NAMES = 50
# Of what was sent, no more comes back, and no more is compared with what there is.
MAX_NAME_LENGTH = 100


class WholeNumberField(serializers.IntegerField):
    """Digits and nothing else; DRF alone also takes "5.0" and " 5"."""

    def to_internal_value(self, data: Any) -> int:
        """Refuse what is not up to nine ASCII digits."""
        if not re.fullmatch(r"[0-9]{1,9}", str(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class DayField(serializers.DateField):
    """A day as 2026-04-14, whatever the site's own formats are."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_internal_value(self, data: Any) -> date:
        """Refuse 2026-4-14, which Python would take."""
        if not re.fullmatch(DAY, str(data)):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(data)


class MomentField(serializers.DateTimeField):
    """A moment as 2026-04-14T06:00:00Z (RFC 3339), whatever the site's own time zone is."""

    default_error_messages = {"offset": "Use a moment with its offset, as 2026-04-14T06:00:00Z."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["iso-8601"], **kwargs)

    def to_internal_value(self, data: Any) -> datetime:
        """Refuse a day alone, and a moment of no known offset."""
        if not re.fullmatch(MOMENT, str(data)):
            self.fail("offset")
        return super().to_internal_value(data)


class OneOfField(serializers.ChoiceField):
    """One of a few words."""

    def __init__(self, choices: list[str], **kwargs: Any) -> None:
        super().__init__(choices=choices, **kwargs)
        # Without the input, unlike DRF's own.
        self.error_messages["invalid_choice"] = f"Choose one of: {', '.join(choices)}."


class ListField(serializers.CharField):
    """A text of several parts, as a list; the text is checked whole before it is split."""

    def run_validation(self, data: Any = empty) -> list[str]:
        """Check the text, then its parts."""
        return self.split(super().run_validation(data))

    def split(self, text: str) -> list[str]:
        """The parts of a text; subclasses refuse them here."""
        raise NotImplementedError


class SlugsField(ListField):
    """Slugs separated by commas, as a list."""

    default_error_messages = {
        "slug": "Enter slugs separated by commas.",
        "many": f"Enter at most {MAX_VALUES} slugs.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, **kwargs)

    def split(self, text: str) -> list[str]:
        """Split at the commas; each part must be a slug."""
        slugs = text.split(",")
        if len(slugs) > MAX_VALUES:
            self.fail("many")
        if not all(re.fullmatch(r"[\w-]{1,255}", slug) for slug in slugs):
            self.fail("slug")
        return slugs


class NamesField(ListField):
    """Names out of a fixed set, separated by commas, as a list."""

    default_error_messages = {
        "many": "Name at most {limit} members.",
        "name": "There is no member “{name}”.{hint}",
        "repeated": "Name each member once.",
    }

    def __init__(self, names: Iterable[str] | Callable[[], Iterable[str]], **kwargs: Any) -> None:
        self._names = names
        super().__init__(max_length=2000, **kwargs)

    @property
    def names(self) -> list[str]:
        """The names there are; some are known only when all models are loaded."""
        return list(self._names() if callable(self._names) else self._names)

    def split(self, text: str) -> list[str]:
        """Split at the commas; each part must be one of the names."""
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
    """A sentence that names what was probably meant; nothing where nothing is near."""
    meant = get_close_matches(name[:MAX_NAME_LENGTH], names, n=1)
    return f" Did you mean “{meant[0]}”?" if meant else ""
