"""The fixtures of the API's tests."""

from tests.api.conftest import (  # noqa: F401
    _true_to_the_document,
    digest,
    endpoint,
    french,
    get,
    other_site,
    told,
)
