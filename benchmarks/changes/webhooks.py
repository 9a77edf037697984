"""Time what webhooks cost: publishing, the relay, and the requests to receivers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process, Queue
from statistics import quantiles
from threading import Thread
from typing import Any

from django.conf import settings

from benchmarks.changes.timing import milliseconds, timed
from digest.contrib.changes.relay import relay
from digest.contrib.webhooks import events, sending
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from digest.contrib.webhooks.service import Service
from digest.models import IssuePage

ENDPOINTS = 20
ARRIVED_WITHIN = 30  # seconds, after which something is wrong


class Receiver(ThreadingHTTPServer):
    """Responds with 204, and puts the time of each request into a queue."""

    request_queue_size = 128

    def __init__(self, arrived: Queue) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.arrived = arrived


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.arrived.put(time.time())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Do not log."""


def measurements(rounds: int) -> Iterator[tuple[str, str]]:
    relay()
    yield "publish, without webhooks", milliseconds(publish, rounds)
    with receiver() as (url, arrived):
        make_endpoints(url)
        yield f"publish, {ENDPOINTS} webhooks", milliseconds(publish, rounds)
        yield f"publish and relay, {ENDPOINTS} webhooks", milliseconds(relay_one, rounds)
        yield f"send {ENDPOINTS * rounds} deliveries", send(arrived, rounds)
        name = "first attempt after the commit, with the service"
        yield name, first_attempts(arrived, rounds)
    WebhookEvent.objects.all().delete()
    WebhookEndpoint.objects.all().delete()


@contextmanager
def receiver() -> Iterator[tuple[str, Queue]]:
    """Run a receiver in a process of its own; yield its URL and the queue of arrivals."""
    arrived: Queue = Queue()
    server = Receiver(arrived)
    host = f"127.0.0.1:{server.server_port}"
    process = Process(target=server.serve_forever, daemon=True)
    process.start()
    server.socket.close()
    settings.DIGEST_HTTP_ALLOWED_HOSTS = [host]
    try:
        yield f"http://{host}/", arrived
    finally:
        process.terminate()
        process.join()


def make_endpoints(url: str) -> None:
    chosen = [WebhookEvent.Type.ISSUE_PUBLISHED, WebhookEvent.Type.ISSUE_UPDATED]
    WebhookEndpoint.objects.bulk_create(
        WebhookEndpoint(name=f"Receiver {number}", preset="standard", url=url, events=chosen)
        for number in range(ENDPOINTS)
    )


def publish() -> None:
    issue = IssuePage.objects.order_by("-pk").first()
    issue.title = f"Published at {time.time()}"
    issue.save_revision().publish()


def relay_one() -> None:
    publish()
    relay()


def send(arrived: Queue, rounds: int) -> str:
    """Return how many deliveries a second are sent, and the milliseconds of CPU for each."""
    WebhookEvent.objects.all().delete()
    empty(arrived)
    for endpoint in WebhookEndpoint.objects.all():
        for _number in range(rounds):
            events.send_test(endpoint)
    started = time.time()
    cpu = timed(sending.send_due)
    seconds = time.time() - started
    sent = WebhookDelivery.objects.filter(state=WebhookDelivery.State.SENT).count()
    return f"{sent / seconds:,.0f} a second, {1000 * cpu / sent:.1f} ms each"


def first_attempts(arrived: Queue, rounds: int) -> str:
    """Return the median and the 95th percentile of the time from a commit to its first request."""
    WebhookEndpoint.objects.exclude(pk=WebhookEndpoint.objects.first().pk).delete()
    service = Service()
    thread = Thread(target=service.run)
    thread.start()
    try:
        delays = [one_delay(arrived) for _number in range(max(2, rounds))]
    finally:
        service.stop()
        thread.join()
    percentiles = quantiles(delays, n=20)
    return f"{percentiles[9]:.2f} s, at most {percentiles[18]:.2f} s for 95 %"


def one_delay(arrived: Queue) -> float:
    empty(arrived)
    publish()
    committed_at = time.time()
    return arrived.get(timeout=ARRIVED_WITHIN) - committed_at


def empty(arrived: Queue) -> None:
    while not arrived.empty():
        arrived.get()
