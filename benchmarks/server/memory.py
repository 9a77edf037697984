"""Measure whether workers leak: their memory after a warm-up, and after many more requests."""

from dataclasses import dataclass, field

from benchmarks.server import wrk
from benchmarks.server.cases import HOST
from benchmarks.server.serving import Server
from digest.models import IssuePage

# After this number of requests a worker has filled its caches.
WARM_UP_REQUESTS = 50_000
# Seconds of load between two measurements.
SLICE_SECONDS = 5
# Repeated URLs for each unique one.
REPEATS = 4
# Each request is for another URL or host: its response is rendered, and never reused.
UNIQUE_URLS = [
    "/api/v1/issues/?tag=topic-5,t{n}",
    "/api/v1/issues/?limit=1&q=topic+-w{n}",
    "/api/v1/issues/?limit=5 h{n}.example",
    "/api/v1/search/?q=w{n}",
    "/feeds/daily/rss.xml?utm_id={n}",
]


@dataclass
class MemoryUse:
    """The number of requests, and the bytes of each worker before and after, by process id."""

    requests: int = 0
    first: int = 0
    before: dict[int, int] = field(default_factory=dict)
    after: dict[int, int] = field(default_factory=dict)

    @property
    def growth(self) -> dict[int, float]:
        """Return the memory of each worker as a share of before; infinite for a new worker."""
        return {
            worker: size / self.before[worker] if worker in self.before else float("inf")
            for worker, size in self.after.items()
        }


def memory_use(server: Server, requests: int, connections: int) -> MemoryUse:
    """Send the requests, and print and return the memory of the workers."""
    memory, first = MemoryUse(), min(WARM_UP_REQUESTS, requests // 4)
    while memory.requests < requests:
        found = wrk.load(server.url, mixed_urls(), HOST, SLICE_SECONDS, connections)
        memory.requests += found.requests
        memory.after = server.memory()
        sizes = " ".join(f"{size / 1e6:>7,.1f}" for size in memory.after.values())
        print(f"{memory.requests:>9,} requests {sizes} MB, {found.failures} failures", flush=True)
        if not memory.before and memory.requests >= first:
            memory.before, memory.first = memory.after, memory.requests
    return memory


def mixed_urls() -> list[str]:
    """Return URLs that are requested repeatedly, with unique ones in between."""
    issues = IssuePage.objects.order_by("-date").values_list("pk", flat=True)[:20]
    plain = [f"/api/v1/issues/{pk}/" for pk in issues]
    plain += ["/api/v1/issues/", "/api/v1/issues/?include=body", "/api/v1/site/", "/api/v1/tags/"]
    plain += ["/feeds/daily/rss.xml", "/sitemap.xml", "/llms.txt", "/daily/"]
    plain = plain[: len(UNIQUE_URLS) * REPEATS]
    return [
        url
        for number, unique_url in enumerate(UNIQUE_URLS)
        for url in (*plain[number * REPEATS : (number + 1) * REPEATS], unique_url)
    ]
