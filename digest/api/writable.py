"""The base class of endpoints that take POST or DELETE, as those of optional apps do."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.functional import cached_property
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from digest.api import origins, parsers
from digest.api.base import EXPOSED, APIView
from digest.api.bodies import Body, NoBody
from digest.api.errors import Forbidden
from digest.caching.headers import CORS, PREFLIGHT

WRITING = ("POST", "DELETE")


class WritableAPIView(APIView):
    """Base class of endpoints that take POST or DELETE; a view defines ``get``, too, if it reads.

    Before the handler runs, ``parameters`` and ``body`` are validated and the origin is checked. No
    response is cached. As everywhere in the API, cookies, session and ``Authorization`` have no
    effect, so no token against CSRF is needed. ATOMIC_REQUESTS does not apply.
    """

    http_method_names = ["get", "head", "post", "delete", "options"]
    is_cacheable = False
    # ``finalize_response`` sets those that vary. URLs may have a token.
    response_headers: Mapping[str, str] = {
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }
    body_class: type[Body] = NoBody  # of POST
    max_body_bytes = 64 * 1024
    # The status and the serializer of the response to POST and DELETE, for the schema.
    responses: Mapping[str, tuple[int, type[Serializer] | None]]
    # The setting that ``allowed_origins`` reads; errors name it.
    origins_setting = "DIGEST_FRONTEND_URLS"

    def allowed_origins(self) -> Collection[str]:
        """Return origins from which requests are allowed, besides the sites and frontends."""
        return ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        is_writing = request.method in WRITING and request.method in self.allowed_methods
        if is_writing and "Origin" in request.headers and self._allowed_origin is None:
            raise Forbidden(
                "Requests from this origin are not allowed. "
                f"The setting {self.origins_setting} allows more origins."
            )
        super().initial(request, *args, **kwargs)
        if is_writing and request.method == "POST":
            self.body = self._read_body(request)

    def _read_body(self, request: Request) -> dict[str, Any]:
        """Return the validated body; one without required fields may be missing."""
        if not (parsers.has_body(request._request) or self.body_class.is_required()):
            return self.body_class.read({})
        data = parsers.read_object(request._request, self.max_body_bytes)
        return self.body_class.read(data)

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the methods; whether they are allowed depends on the origin alone."""
        methods = {"Access-Control-Allow-Methods": ", ".join(self.allowed_methods)}
        allowed = PREFLIGHT | methods | {"Allow": methods["Access-Control-Allow-Methods"]}
        return Response(status=204, headers=allowed if self._allowed_origin else None)

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Vary": "Accept, Origin"}

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in self._cors_headers().items():
            response[name] = value
        return response

    def _cors_headers(self) -> dict[str, str]:
        """Return CORS headers: reading is open to any origin, as everywhere, the rest is not."""
        if self.request.method in ("GET", "HEAD"):
            return CORS | EXPOSED
        if self._allowed_origin is None:
            return {}
        return {"Access-Control-Allow-Origin": self._allowed_origin} | EXPOSED

    @cached_property
    def _allowed_origin(self) -> str | None:
        origin = self.request.headers.get("Origin")
        if origin is None or not origins.is_allowed(origin, self.allowed_origins()):
            return None
        return origin
