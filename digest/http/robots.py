"""Obey robots.txt (RFC 9309) and ``Crawl-delay``, and pause between requests to a host."""

import re
import time
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from protego import Protego

from digest.conf import conf
from digest.http import client as http_client
from digest.http.canonical import canonical_url

MAX_BYTES = 500 * 1024  # the least that RFC 9309, section 2.5, allows
MAX_DELAY = 60
# Every spelling of a ``User-agent`` line that Protego reads; the name ends at its version.
USER_AGENT_LINE = re.compile(r"\s*user\s*-?\s*agent\s*:?([^/#]*)", re.IGNORECASE)
OWN, OTHER = "own", "other"


class DisallowedByRobots(http_client.RequestBlocked):
    """robots.txt disallows the URL."""


class RobotsUnknown(http_client.RequestError):
    """The host failed to serve its robots.txt, so nothing may be requested from it."""


class RobotsPolicy:
    """Crawl policy of one run, called before each request; fetches each robots.txt once.

    It sleeps until the host's delay is over, and raises DisallowedByRobots or RobotsUnknown. With
    a deadline it does not sleep, because a user is waiting for the one page they have requested.
    """

    def __init__(self, deadline: http_client.Deadline | None = None) -> None:
        self.deadline = deadline
        self.robots: dict[str, Protego | http_client.RequestError] = {}
        self.requested_at: dict[str, float] = {}

    def __call__(self, url: str) -> None:
        """Wait until the URL may be requested; raise if it may not be."""
        robots = self._robots_for(url)
        if isinstance(robots, http_client.RequestError):
            raise type(robots)(str(robots))
        if not robots.can_fetch(url, OWN):
            raise DisallowedByRobots(_("robots.txt disallows it."))
        delay = min(robots.crawl_delay(OWN) or 0, MAX_DELAY)
        self._wait(host_of(url), max(conf.SOURCE_CHECK_PAUSE, delay))

    def _robots_for(self, url: str) -> Protego | http_client.RequestError:
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}"
        if root not in self.robots:
            self._wait(host_of(url), conf.SOURCE_CHECK_PAUSE)
            try:
                self.robots[root] = fetch_robots(f"{root}/robots.txt", self.deadline)
            except http_client.RequestError as error:
                self.robots[root] = error
        return self.robots[root]

    def _wait(self, host: str, delay: float) -> None:
        if self.deadline:
            return
        remaining = self.requested_at.get(host, -delay) + delay - time.monotonic()
        if host in self.requested_at and remaining > 0:
            time.sleep(remaining)
        self.requested_at[host] = time.monotonic()


def host_of(url: str) -> str:
    """Return the host that delays count for: without port and ``www.``, as in ``Source.host``."""
    return urlsplit(canonical_url(url)).hostname or ""


def fetch_robots(url: str, deadline: http_client.Deadline | None = None) -> Protego:
    """Fetch and parse a robots.txt; RobotsUnknown for 5xx and 429.

    Any other status but 2xx allows everything (RFC 9309, section 2.3.1.3).
    """
    response = http_client.fetch(
        url, max_bytes=MAX_BYTES, accept="text/plain,*/*;q=0.5", deadline=deadline
    )
    if response.status >= 500 or response.status == 429:
        raise RobotsUnknown(_("robots.txt is not available at the moment."))
    text = response.body.decode("utf-8-sig", "replace") if response.status < 300 else ""
    return parse_robots(text, http_client.user_agent())


def parse_robots(text: str, user_agent: str) -> Protego:
    """Parse a robots.txt, with the groups for a user agent under ``OWN``.

    The name has to match as a whole (RFC 9309, section 2.2.1).
    """
    product = user_agent.partition("/")[0].strip().lower()
    return Protego.parse("\n".join(_renamed(line, product) for line in text.splitlines()))


def _renamed(line: str, product: str) -> str:
    # Protego copies a rule for each user agent of its group: thousands of both would fill the
    # memory. So all those that are somebody else's get one name.
    match = USER_AGENT_LINE.match(line)
    if not match:
        return line
    name = match[1].strip().lower()
    if name != "*":
        name = OWN if name.rstrip("*") == product else OTHER
    return f"User-agent: {name}"
