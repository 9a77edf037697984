"""A script with an API key, which submits documents of twelve stories in this process."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from io import BytesIO
from typing import Any

from django.contrib.auth import get_user_model

from benchmarks.client import Client, Response
from benchmarks.content import Writer
from digest.contrib.submissions.models import ApiKey
from digest.models import DigestPage

STORIES = 12
FIRST_DAY = date(2030, 1, 1)  # after the issues of the site


@dataclass
class Script:
    """What submits to one digest; ``number`` is that of its next document."""

    digest: str
    key: str
    writer: Writer
    number: int = 0

    @cached_property
    def client(self) -> Client:
        return Client()

    def document(self) -> bytes:
        """Return a document that was not submitted before."""
        self.number += 1
        day, words = FIRST_DAY + timedelta(days=self.number), self.writer.words
        head = f"---\ntitle: {words(6).capitalize()}\ndate: {day}\ntags: [power, cities]\n---\n"
        stories = "".join(self._story() for _number in range(STORIES))
        return f"{head}\n{words(25)}.\n{stories}\n## Bottom line\n\n{words(20)}.\n".encode()

    def _story(self) -> str:
        words, sentence = self.writer.words, self.writer.sentence
        link = f"[{words(3)}](https://{words(1)}.example/{words(2).replace(' ', '-')})"
        return (
            f"\n## {words(5).capitalize()}\n\n{sentence(40)} {sentence(40)}\n\n{sentence(40)}\n\n"
            f"**Why it matters:** {sentence(25)}\n\nSources: {link}\n"
        )

    def environ(self, document: bytes, query: str = "", **headers: str) -> dict[str, Any]:
        """Return a request that submits a document, with a new idempotency key by default."""
        defaults = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": str(uuid.uuid4())}
        url = f"/api/v1/submissions/?digest={self.digest}{query}"
        request = self.client.factory.post(
            url, document, content_type="text/markdown", headers=defaults | headers
        )
        return request.environ | {"wsgi.input": BytesIO(document)}

    def send(self, environ: dict[str, Any]) -> Response:
        environ["wsgi.input"].seek(0)
        return self.client.request(environ)


def scripts() -> list[Script]:
    """Return a script for each digest, whose key's user may do everything."""
    user = get_user_model().objects.create_superuser("benchmark", "", "benchmark")
    found = []
    for seed, digest in enumerate(DigestPage.objects.order_by("pk")):
        _row, key = ApiKey.make(f"Benchmark of {digest.slug}", user, [digest])
        found.append(Script(digest.slug, key, Writer(1000 + seed, [], [])))
    return found
