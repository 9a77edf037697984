"""What the hosts of sources allow (robots.txt, RFC 9309), and how long they want to rest."""

import time
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from django.utils.translation import gettext as _

from digest.conf import conf
from digest.http import client as http_client
from digest.http.canonical import canonical_url

MAX_BYTES = 500_000
MAX_PAUSE = 60


class ClosedByRobots(http_client.Forbidden):
    """The host asks programs to stay away from this address."""


class RobotsUnknown(http_client.OutboundError):
    """The host cannot say at the moment what it allows, so nothing may be asked of it."""


class RobotsPolicy:
    """What one run knows of the hosts it asks; call it before each request.

    It waits until the host has rested, and raises ClosedByRobots or RobotsUnknown. With a deadline
    it does not wait: somebody does, for the one page they have asked for.
    """

    def __init__(self, deadline: http_client.Deadline | None = None) -> None:
        self.deadline = deadline
        self.robots: dict[str, RobotFileParser | http_client.OutboundError] = {}
        self.asked_at: dict[str, float] = {}

    def __call__(self, url: str) -> None:
        """Be polite to the host of an address that is about to be asked."""
        robots = self._robots_of(url)
        if isinstance(robots, http_client.OutboundError):
            raise type(robots)(str(robots))
        if not robots.can_fetch(http_client.user_agent(), url):
            raise ClosedByRobots(_("Its robots.txt asks programs to stay away."))
        # A whole number as long as the file may be: it is cut off before it is calculated with.
        delay = min(robots.crawl_delay(http_client.user_agent()) or 0, MAX_PAUSE)
        self._wait(host_of(url), max(conf.SOURCE_CHECK_PAUSE, delay))

    def _robots_of(self, url: str) -> RobotFileParser | http_client.OutboundError:
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}"
        if root not in self.robots:
            self._wait(host_of(url), conf.SOURCE_CHECK_PAUSE)
            try:
                self.robots[root] = read_robots(f"{root}/robots.txt", self.deadline)
            except http_client.OutboundError as error:
                self.robots[root] = error
        return self.robots[root]

    def _wait(self, host: str, pause: float) -> None:
        if self.deadline:
            return
        rest = self.asked_at.get(host, -pause) + pause - time.monotonic()
        if host in self.asked_at and rest > 0:
            time.sleep(rest)
        self.asked_at[host] = time.monotonic()


def host_of(url: str) -> str:
    """The host that rests after an address was asked: one, whatever its port, with ``www.`` or
    without (``Source.host``)."""
    return urlsplit(canonical_url(url)).hostname or ""


def read_robots(url: str, deadline: http_client.Deadline | None = None) -> RobotFileParser:
    """The rules at an address; RobotsUnknown where the server has a fault of its own, or has
    written what cannot be read."""
    answer = http_client.fetch(
        url, limit=MAX_BYTES, accept="text/plain,*/*;q=0.5", deadline=deadline
    )
    if answer.status >= 500 or answer.status == 429:
        raise RobotsUnknown(_("Its robots.txt cannot be read at the moment."))
    found = answer.status < 300  # else there are none, and everything is allowed
    return _parsed(answer.body.decode("utf-8-sig", "replace") if found else "")


def _parsed(text: str) -> RobotFileParser:
    rules = RobotFileParser()
    try:
        rules.parse(text.splitlines())
    except (ValueError, OverflowError) as error:  # as of "Disallow: //[" and "Crawl-delay: ²"
        raise RobotsUnknown(_("Its robots.txt cannot be read: it has mistakes.")) from error
    return rules
