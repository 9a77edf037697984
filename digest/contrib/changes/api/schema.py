"""The part of the schema that only the feed of changes has."""

from typing import Any

from digest.api.errors import CONTENT_TYPE
from digest.api.schema import DigestAutoSchema
from digest.api.serializers import ProblemSerializer


class ChangesSchema(DigestAutoSchema):
    """Describe a view that may respond that the client has to start over."""

    def get_response_serializers(self) -> dict[Any, Any]:
        return super().get_response_serializers() | {(410, CONTENT_TYPE): ProblemSerializer}
