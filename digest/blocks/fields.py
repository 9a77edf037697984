"""The database field of a body."""

import logging
from functools import cached_property
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import JSONField
from wagtail.blocks import StreamValue
from wagtail.fields import StreamField

from digest.blocks.safe_values import well_formed

logger = logging.getLogger(__name__)


class BodyField(StreamField):
    """A StreamField that does not store JSON which is nested too deeply, and reads it as empty."""

    @cached_property
    def json_field(self) -> JSONField:
        """Return the field that reads and writes the JSON; Wagtail makes one for each value."""
        return JSONField(encoder=DjangoJSONEncoder)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> StreamValue:
        try:
            return super().from_db_value(value, expression, connection)
        except RecursionError:
            logger.error("A body is nested too deeply, and read as empty")
            return self.to_python([])

    def get_prep_value(self, value: Any) -> Any:
        """Return the JSON to store; ValueError if it would be read as empty."""
        return well_formed(super().get_prep_value(value))

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Deconstruct to Wagtail's own field, since it is stored in the same way."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "wagtail.fields.StreamField", args, kwargs
