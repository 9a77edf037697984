"""Call the MCP server as a client would, and report what is wrong."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from django.core.management import BaseCommand, CommandError
from django.urls import reverse
from wagtail.models import Site

from digest.contrib.mcp.api.definitions import TOOLS, installed_tools
from digest.http.client import RequestError, Response, post_json

MAX_BYTES = 1_000_000
ACCEPT = "application/json, text/event-stream"
NEW, OLD = "2026-07-28", "2025-11-25"
META = "io.modelcontextprotocol"
CLIENT = {"name": "check_mcp", "version": "1"}
SAMPLE = "list_issues"
STRANGE = "the response has not the form of the protocol"
HINT = "\nFor a server on this machine, add its host and port to DIGEST_HTTP_ALLOWED_HOSTS."


class Wrong(Exception):
    """The response is not the one that a client needs."""


class Command(BaseCommand):
    help = (
        "Call the MCP server as a client would, and report what is wrong. "
        "With the environment variable DIGEST_KEY, also with this API key."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", nargs="?", help="of the server; default: that of the site")

    def handle(self, *args: Any, url: str | None, **options: Any) -> None:
        self.url = url or self._own_url()
        self.key = os.environ.get("DIGEST_KEY", "")
        failed = 0
        for name, check in self._checks():
            try:
                check()
                self.stdout.write(f"ok      {name}")
            except RequestError as error:
                raise CommandError(f"{self.url}: {error}{HINT}") from None
            except Wrong as error:
                failed += 1
                self.stdout.write(self.style.ERROR(f"failed  {name}: {error}"))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                failed += 1
                self.stdout.write(self.style.ERROR(f"failed  {name}: {STRANGE} ({error!r:.100})"))
        if failed:
            raise CommandError(f"{self.url}: {failed} of the checks failed.")

    def _own_url(self) -> str:
        site = Site.objects.filter(is_default_site=True).first()
        if site is None:
            raise CommandError("There is no default site: name the URL.")
        return urljoin(site.root_url, reverse("digest:mcp:server"))

    def _checks(self) -> Iterator[tuple[str, Any]]:
        yield f"handshake of revision {OLD}", self._check_handshake
        yield f"discovery of revision {NEW}", self._check_discovery
        yield "tools for everybody", lambda: self._check_tools("")
        yield f"a call of {SAMPLE}", self._check_call
        yield "no cache may store responses", self._check_no_store
        yield "an invalid key is refused", self._check_invalid_key
        if self.key:
            yield "tools for the key", lambda: self._check_tools(self.key)

    def _check_handshake(self) -> None:
        params = {"protocolVersion": OLD, "capabilities": {}, "clientInfo": CLIENT}
        found = self._ask("initialize", params, is_old=True).get("protocolVersion")
        if found != OLD:
            raise Wrong(f"the revision is {found!r}")

    def _check_discovery(self) -> None:
        if NEW not in (found := self._ask("server/discover").get("supportedVersions", [])):
            raise Wrong(f"the revisions are {found}")

    def _check_tools(self, key: str) -> None:
        found = {tool["name"] for tool in self._ask("tools/list", key=key).get("tools", ())}
        named = {tool.name for tool in installed_tools() if key or not tool.needs_key}
        if missing := named - found:
            raise Wrong(f"not listed: {', '.join(sorted(missing))}")
        if not key and (open_to_all := found & {tool.name for tool in TOOLS if tool.needs_key}):
            raise Wrong(f"listed without a key: {', '.join(sorted(open_to_all))}")

    def _check_call(self) -> None:
        result = self._ask("tools/call", {"name": SAMPLE, "arguments": {"limit": 1}})
        if result.get("isError") or "results" not in result.get("structuredContent", {}):
            raise Wrong(f"the result is {json.dumps(result)[:200]}")

    def _check_no_store(self) -> None:
        found = self._send("tools/list").headers.get("cache-control", "")
        if "no-store" not in found:
            raise Wrong(f"Cache-Control is {found!r}")

    def _check_invalid_key(self) -> None:
        status = self._send("tools/list", key="digest_invalid").status
        if status != 401:
            raise Wrong(f"the status is {status}")

    def _ask(
        self, method: str, params: dict[str, Any] | None = None, key: str = "", is_old: bool = False
    ) -> dict[str, Any]:
        response = self._send(method, params, key, is_old)
        if response.status != 200:
            raise Wrong(f"the status is {response.status}{_location(response)}")
        try:
            return json.loads(response.body)["result"]
        except (ValueError, KeyError, TypeError):
            raise Wrong(f"the response is {response.body[:200]!r}") from None

    def _send(
        self, method: str, params: dict[str, Any] | None = None, key: str = "", is_old: bool = False
    ) -> Response:
        params, headers = params or {}, {"Authorization": f"Bearer {key}"} if key else {}
        if not is_old:
            meta = {"protocolVersion": NEW, "clientInfo": CLIENT, "clientCapabilities": {}}
            params = params | {"_meta": {f"{META}/{name}": value for name, value in meta.items()}}
            headers |= {"MCP-Protocol-Version": NEW, "Mcp-Method": method}
            headers |= {"Mcp-Name": params["name"]} if "name" in params else {}
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        body = json.dumps(message).encode()
        return post_json(self.url, body, max_bytes=MAX_BYTES, headers=headers, accept=ACCEPT)


def _location(response: Response) -> str:
    location = response.headers.get("location")
    return f", a redirect to {location}" if location else ""
