"""Readers who ask all the time, and remember what they were told."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.asking import UNSAID, Told, ask
from tests.faults.site import Site

THREADS = 3
# Seconds after an outage in which the last who waited for it are told.
AFTERMATH = 3


class Readers:
    """Threads that ask the doors of a site in turn, from ``with`` to its end."""

    def __init__(self, site: Site) -> None:
        self.site, self.told, self.outages = site, [], []
        self.threads = [threading.Thread(target=self._ask_on) for _ in range(THREADS)]
        self.is_over = threading.Event()

    def __enter__(self) -> "Readers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def _ask_on(self) -> None:
        while not self.is_over.is_set():
            for path in [*self.site.shown, *self.site.hidden]:
                self.told.append(ask(self.site.port, path))

    @contextmanager
    def outage(self) -> Iterator[None]:
        """While this goes on, readers may be told of failures; of nothing else."""
        begun = time.monotonic()
        yield
        self.outages.append((begun, time.monotonic() + AFTERMATH))

    def check(self) -> None:
        """Nobody was shown what is hidden or half done, nor failures beyond the outages."""
        assert len(self.told) > THREADS * 10, "hardly anybody has asked"
        for told in self.told:
            assert UNSAID not in told.body, told
            assert is_whole(told.body), told
            if told.path in self.site.hidden:
                assert told.status != 200, told
            if not self._was_outage(told):
                assert told.status == (404 if told.path in self.site.hidden else 200), told

    def _was_outage(self, told: Told) -> bool:
        return any(told.begun <= end and told.ended >= begun for begun, end in self.outages)

    def slowest(self) -> float:
        """Seconds that the one had to wait who waited longest."""
        return max(told.ended - told.begun for told in self.told)


def is_whole(body: str) -> bool:
    """Whether the editions of an issue that its title and its story name are the same."""
    titles = set(re.findall(r'"title":"Edition (\d+)"', body))
    stories = set(re.findall(r'"heading":"Story of edition (\d+)"', body))
    return not (titles and stories) or titles == stories
