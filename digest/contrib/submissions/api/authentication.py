"""Authentication by API key (RFC 6750)."""

from typing import Any

from django.views.decorators.debug import sensitive_variables
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from digest.api.errors import ProblemError
from digest.contrib.submissions.api.problems import UNAUTHORIZED
from digest.contrib.submissions.models import ApiKey


class ApiKeyAuthentication(BaseAuthentication):
    """Authenticate the user of an API key, with one query.

    The error is the same whatever is wrong, and no request goes on without a key.
    """

    @sensitive_variables()
    def authenticate(self, request: Request) -> tuple[Any, ApiKey]:
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        found = ApiKey.objects.none()
        if scheme.lower() == "bearer":
            found = ApiKey.objects.usable().matching(text.strip()).select_related("user")
        key = found.first()
        if key is None:
            raise ProblemError(UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
        key.record_use()
        return key.user, key


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """Describe the keys in the schema."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API key: `digest_…`."}
