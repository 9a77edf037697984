"""The fixtures of the API's tests."""

from tests.api.conftest import (  # noqa: F401
    _validate_responses,
    digest,
    endpoint,
    french,
    get,
    other_site,
    shared_issue,
)
