"""A client that calls the WSGI handler in this process, with all middleware."""

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Any, NamedTuple

from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from benchmarks.measure import UnexpectedStatus, Variant

GZIP = {"Accept-Encoding": "gzip"}


class Response(NamedTuple):
    status: int
    headers: dict[str, str]
    content: bytes


class Client:
    def __init__(self) -> None:
        self.handler, self.factory = WSGIHandler(), RequestFactory(SERVER_NAME="localhost")

    def environ(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        return self.factory.get(url, headers=headers or {}).environ

    def request(self, environ: dict[str, Any]) -> Response:
        """Make a request with a copy of the environ, so that it can be used again."""
        started: list[Any] = []
        response = self.handler(environ.copy(), lambda *start: started.extend(start))
        content = b"".join(response)
        response.close()
        return Response(int(started[0][:3]), dict(started[1]), content)

    def get(self, url: str) -> Any:
        """Return the JSON of a URL."""
        response = self.request(self.environ(url))
        if response.status != 200:
            raise RuntimeError(f"{url} has status {response.status}: {response.content[:500]!r}")
        return json.loads(response.content)

    def variant(
        self,
        urls: Iterable[str],
        headers: dict[str, str] | None = None,
        status: int = 200,
        settings: dict[str, Any] | None = None,
    ) -> Variant:
        """Return a variant that requests all URLs, and returns the size of their responses."""
        environs = [self.environ(url, headers) for url in urls]

        def run() -> int:
            size = 0
            for environ in environs:
                response = self.request(environ)
                if response.status != status:
                    raise UnexpectedStatus(str(response.status))
                size += len(response.content)
            return size

        return Variant(run, settings or {})

    def post_variant(
        self, url: str, data: Any, settings: dict[str, Any] | None = None, status: int = 202
    ) -> Variant:
        """Return a variant that posts JSON, and returns the size of the response."""
        body = json.dumps(data).encode()
        environ = self.factory.post(url, body, content_type="application/json").environ

        def run() -> int:
            response = self.request(environ | {"wsgi.input": BytesIO(body)})
            if response.status != status:
                raise UnexpectedStatus(str(response.status))
            return len(response.content)

        return Variant(run, settings or {})
