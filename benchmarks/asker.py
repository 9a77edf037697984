"""Puts requests to the site as a server process does, in this process and without the network."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from benchmarks.measure import Failed, Way

GZIP = {"Accept-Encoding": "gzip"}


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes


class Asker:
    """Asks through WSGI, with all middleware."""

    def __init__(self) -> None:
        self.handler, self.factory = WSGIHandler(), RequestFactory(SERVER_NAME="localhost")

    def environ(self, address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """A request as a server hands it over."""
        return self.factory.get(address, headers=headers or {}).environ

    def ask(self, environ: dict[str, Any]) -> Answer:
        """The answer to a request, which may be asked again: the site gets a copy."""
        started: list[Any] = []
        response = self.handler(environ.copy(), lambda *answer: started.extend(answer))
        content = b"".join(response)
        response.close()
        return Answer(int(started[0][:3]), dict(started[1]), content)

    def get(self, address: str) -> Any:
        """The JSON that an address answers with."""
        answer = self.ask(self.environ(address))
        if answer.status != 200:
            raise RuntimeError(f"{address} answers {answer.status}: {answer.content[:500]!r}")
        return json.loads(answer.content)

    def way(
        self,
        addresses: Iterable[str],
        headers: dict[str, str] | None = None,
        status: int = 200,
        settings: dict[str, Any] | None = None,
    ) -> Way:
        """Ask for all these addresses; how many bytes they answer with, each with this status."""
        environs = [self.environ(address, headers) for address in addresses]

        def ask() -> int:
            size = 0
            for environ in environs:
                answer = self.ask(environ)
                if answer.status != status:
                    raise Failed(str(answer.status))
                size += len(answer.content)
            return size

        return Way(ask, settings or {})
