"""The official client of MCP, called from tests without coroutines."""

from typing import Any

import anyio
import httpx2
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

# By revision: the mode of the client that speaks it.
REVISIONS = {"2026-07-28": "auto", "2025-11-25": "legacy"}


class Assistant:
    """A client with a key or without one. Each call opens a connection and closes it."""

    def __init__(self, url: str, revision: str = "2026-07-28", key: str = "") -> None:
        self.url, self.revision = url, revision
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def tools(self) -> list[Any]:
        return self._ask(lambda client: client.list_tools()).tools

    def call(self, name: str, **arguments: Any) -> Any:
        return self._ask(lambda client: client.call_tool(name, arguments))

    def instructions(self) -> str:
        async def read(client: Client) -> str:
            return client.instructions or ""

        return self._ask(read)

    def _ask(self, question: Any) -> Any:
        async def ask() -> Any:
            async with httpx2.AsyncClient(headers=self.headers) as http:
                transport = streamable_http_client(self.url, http_client=http)
                async with Client(transport, mode=REVISIONS[self.revision]) as client:
                    assert client.protocol_version == self.revision
                    return await question(client)

        try:
            return anyio.run(ask)
        except* Exception as errors:
            raise _first(errors) from None


def _first(errors: BaseException) -> BaseException:
    """Return the first error of nested groups of them."""
    return _first(errors.exceptions[0]) if isinstance(errors, BaseExceptionGroup) else errors
