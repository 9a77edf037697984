"""Minimal frontend on its own origin, which fetches and shows a draft."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>A frontend</title>
  <meta name="viewport" content="width=device-width">
  <meta name="description" content="A frontend for tests.">
  <meta name="robots" content="noindex">
  <meta name="referrer" content="no-referrer">
  <link rel="icon" href="data:,">
  <style>section { min-height: 70vh }</style>
</head>
<body>
  <main></main>
  <script>
    const element = (name, text, source) => {
      const made = document.createElement(name);
      made.innerHTML = text;
      made.dataset.digestSource = source;
      return made;
    };
    const show = (issue) => {
      const main = document.querySelector("main");
      main.append(element("h1", issue.headline, "/headline"));
      main.append(element("p", issue.summary, "/summary"));
      issue.body.forEach(({ type, value }, number) => {
        if (type !== "story_section") return;
        const section = document.createElement("section");
        const at = `/body/${number}/value`;
        section.append(element("h2", value.heading, `${at}/heading`));
        section.append(element("div", value.body, `${at}/body`));
        section.append(element("aside", value.why_it_matters, `${at}/why_it_matters`));
        main.append(section);
      });
      const map = document.createElement("script");
      map.type = "application/json";
      map.id = "digest-field-map";
      map.textContent = JSON.stringify(issue.field_map);
      document.body.append(map);
    };
    const token = new URLSearchParams(location.search).get("token");
    fetch(`CMS/api/v1/preview/${token}/?field_map=true`).then(async (response) => {
      if (response.ok) show(await response.json());
      else document.querySelector("main").textContent = "There is no such preview.";
    });
  </script>
  <script src="CMS/static/digest/preview.js" defer></script>
</body>
</html>
"""


class Handler(BaseHTTPRequestHandler):
    """Return the same page for every path."""

    cms = ""

    def do_GET(self) -> None:
        page = PAGE.replace("CMS", self.cms).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *args: Any) -> None:
        """Log nothing."""


@contextmanager
def frontend(cms: str, port: int = 0) -> Iterator[str]:
    """Serve the frontend of a site, and yield its origin."""
    handler = type("Handler", (Handler,), {"cms": cms})
    server = ThreadingHTTPServer(("localhost", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
