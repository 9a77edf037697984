"""``deliver_webhooks``, the job, and the service."""

import logging

import pytest
from django.core.management import call_command
from django.db import OperationalError

from digest.contrib.webhooks import jobs, sending, service
from digest.contrib.webhooks.service import Service
from tests.builders import make_issue
from tests.contrib.changes.feed import run_deferred_triggers
from tests.contrib.webhooks.builders import make_delivery
from tests.contrib.webhooks.sending import endpoint_at, reload, requests_to

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_thread(monkeypatch):
    """Send in this thread, since only it sees what the test has not committed."""

    class Inline:
        counts = stopped = None

        def work(self):
            self.counts = sending.send_all()
            return False

        def stop(self):
            self.stopped = True

    monkeypatch.setattr(sending, "Senders", Inline)
    monkeypatch.setattr(service, "Senders", Inline)


def test_once_relays_sends_and_prints_counts(receiver, digest, feed, capsys):
    endpoint = endpoint_at(receiver, "/statuses/204")
    make_issue(digest)
    run_deferred_triggers()
    call_command("deliver_webhooks", once=True)
    sent = [request["body"] for request in requests_to(receiver, endpoint)]
    assert any('"type":"issue.published"' in body for body in sent)
    assert f"Deliveries: {len(sent)} Sent." in capsys.readouterr().out


def test_once_says_that_nothing_is_due(feed, capsys):
    call_command("deliver_webhooks", once=True)
    assert "Deliveries: none is due." in capsys.readouterr().out


def test_job_is_due_if_a_delivery_is_and_sends_it(receiver):
    assert not jobs.is_due()
    delivery = make_delivery(endpoint_at(receiver, "/statuses/204"))
    assert jobs.is_due()
    jobs.deliver_webhooks()
    assert not jobs.is_due()
    assert reload(delivery).state == "sent"


def test_service_logs_a_lost_database_once_and_goes_on(receiver, monkeypatch, caplog):
    delivery, rounds = make_delivery(endpoint_at(receiver, "/statuses/204")), []
    running = Service()

    def relay(seconds):
        rounds.append(seconds)
        if len(rounds) < 3:
            raise OperationalError("the server has gone away")
        running.stop()

    monkeypatch.setattr(service, "relay", relay)
    monkeypatch.setattr(service, "PAUSE", 0.01)
    # It would close the connection of the test.
    monkeypatch.setattr(service, "close_old_connections", lambda: None)
    with caplog.at_level(logging.ERROR):
        running.run()
    assert len(rounds) == 3
    assert caplog.text.count("could not be sent; it is tried again") == 1
    assert reload(delivery).state == "sent"


def test_service_sends_what_is_queued_while_the_relay_fails(receiver, monkeypatch):
    delivery = make_delivery(endpoint_at(receiver, "/statuses/204"))
    running = Service()

    def relay(seconds):
        running.stop()
        raise OperationalError("always")

    monkeypatch.setattr(service, "relay", relay)
    monkeypatch.setattr(service, "close_old_connections", lambda: None)
    running.run()
    assert reload(delivery).state == "sent"
