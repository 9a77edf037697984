"""Every response is validated against the schema."""

from tests.api.conftest import _validate_responses  # noqa: F401
