"""Whether workers keep on growing: their memory after the first requests, and after many more."""

from dataclasses import dataclass, field

from benchmarks.server import wrk
from benchmarks.server.questions import HOST
from benchmarks.server.serving import Server
from digest.models import IssuePage

# After so many requests a worker has all that it keeps for good.
FIRST = 50_000
# Seconds of load between two looks at the memory.
SLICE = 5
# How often each plain address is asked, for one of those that nobody has asked before.
PLAIN = 4
# Addresses without end, at hosts without end: each is made, and kept for nobody.
ENDLESS = [
    "/api/v1/issues/?tag=topic-5,t{n}",
    "/api/v1/issues/?limit=1&q=topic+-w{n}",
    "/api/v1/issues/?limit=5 h{n}.example",
    "/api/v1/search/?q=w{n}",
    "/feeds/daily/rss.xml?utm_id={n}",
]


@dataclass
class Watched:
    """How many requests there were, and the bytes of each worker at both looks, by process id."""

    requests: int = 0
    first: int = 0
    before: dict[int, int] = field(default_factory=dict)
    after: dict[int, int] = field(default_factory=dict)

    @property
    def growth(self) -> dict[int, float]:
        """The memory of each worker as a share of what it was; a new one counts as boundless."""
        return {
            worker: size / self.before[worker] if worker in self.before else float("inf")
            for worker, size in self.after.items()
        }


def watch(server: Server, requests: int, connections: int) -> Watched:
    """Ask so often, print the memory of the workers on the way, and return the first and last."""
    watched, first = Watched(), min(FIRST, requests // 4)
    while watched.requests < requests:
        found = wrk.load(server.address, mixed(), HOST, SLICE, connections)
        watched.requests += found.requests
        watched.after = server.memory()
        sizes = " ".join(f"{size / 1e6:>7,.1f}" for size in watched.after.values())
        print(f"{watched.requests:>9,} requests {sizes} MB, {found.failures} failures", flush=True)
        if not watched.before and watched.requests >= first:
            watched.before, watched.first = watched.after, watched.requests
    return watched


def mixed() -> list[str]:
    """What readers ask again and again, and in between what nobody has asked before."""
    issues = IssuePage.objects.order_by("-date").values_list("pk", flat=True)[:20]
    plain = [f"/api/v1/issues/{pk}/" for pk in issues]
    plain += ["/api/v1/issues/", "/api/v1/issues/?include=body", "/api/v1/site/", "/api/v1/tags/"]
    plain += ["/feeds/daily/rss.xml", "/sitemap.xml", "/llms.txt", "/daily/"]
    plain = plain[: len(ENDLESS) * PLAIN]
    return [
        address
        for number, endless in enumerate(ENDLESS)
        for address in (*plain[number * PLAIN : (number + 1) * PLAIN], endless)
    ]
