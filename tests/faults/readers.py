"""Readers that send requests continuously, and record the responses."""

import re
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.client import HIDDEN, Response, get
from tests.faults.site import Site

THREADS = 3
# Seconds after an outage in which requests that waited for it may fail.
AFTERMATH = 3


class Readers:
    """Threads that request the URLs of a site in turn, within a ``with`` block."""

    def __init__(self, site: Site) -> None:
        self.site, self.responses, self.outages = site, [], []
        self.threads = [threading.Thread(target=self._request) for _ in range(THREADS)]
        self.is_over = threading.Event()

    def __enter__(self) -> "Readers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def _request(self) -> None:
        while not self.is_over.is_set():
            for path in [*self.site.shown, *self.site.hidden]:
                self.responses.append(get(self.site.port, path))

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Allow requests to fail within this block."""
        started = time.monotonic()
        yield
        self.outages.append((started, time.monotonic() + AFTERMATH))

    def check(self) -> None:
        """Check that no response was hidden or inconsistent, or failed outside of outages."""
        assert len(self.responses) > THREADS * 10, "There were hardly any requests."
        for response in self.responses:
            assert HIDDEN not in response.body, response
            assert is_consistent(response.body), response
            if response.path in self.site.hidden:
                assert response.status != 200, response
            if not self._was_outage(response):
                expected = 404 if response.path in self.site.hidden else 200
                assert response.status == expected, response

    def _was_outage(self, response: Response) -> bool:
        return any(
            response.started <= end and response.ended >= started for started, end in self.outages
        )

    def slowest(self) -> float:
        """Return the duration of the slowest request in seconds."""
        return max(response.ended - response.started for response in self.responses)

    def median(self) -> float:
        """Return the duration in seconds that half of the requests stay below."""
        return statistics.median(response.ended - response.started for response in self.responses)


def is_consistent(body: str) -> bool:
    """Check that title and story of an issue are of the same edition."""
    titles = set(re.findall(r'"title":"Edition (\d+)"', body))
    stories = set(re.findall(r'"heading":"Story of edition (\d+)"', body))
    return not (titles and stories) or titles == stories
