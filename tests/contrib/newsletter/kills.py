"""Send letters and mailings in workers that are killed or frozen, and by several workers at once.

The tests run ``python -m tests.contrib.newsletter.kills FOLDER``, which prints the results as JSON.
"""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import django

STEPS = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY", "END", "DONE")


class Scenario:
    """A digest with letters to readers that are due."""

    def __init__(self, server: Any) -> None:
        from wagtail.models import Site

        from tests.builders import make_digest

        self.server = server
        home = Site.objects.get(is_default_site=True).root_page
        self.digest = make_digest(home, f"digest-{uuid4().hex}")

    def prepare(self, readers: int, **script: Any) -> None:
        from digest.contrib.newsletter.models import EmailDelivery, Subscriber
        from tests.contrib.newsletter.readers import sign_up

        self.server.script(**script)
        EmailDelivery.objects.all().delete()
        Subscriber.objects.all().delete()
        for number in range(readers):
            sign_up(self.digest, f"reader{number}@example.org")

    def recover(self) -> None:
        """Run another worker, as if the leases of the killed one had ended."""
        from django.utils import timezone

        from digest.contrib.newsletter.models import EmailDelivery
        from tests.kills import run_in_child

        EmailDelivery.objects.exclude(leased_until=None).update(leased_until=timezone.now())
        assert run_in_child(work) == 0

    def results(self) -> dict[str, Any]:
        from digest.contrib.newsletter.models import EmailDelivery

        mails = Counter(self.server.mails)
        return {
            "addresses": len({address_of(mail) for mail in mails}),
            "different": len(mails),
            "changed": changed_lines(mails),
            "sent": mails.total(),
            "states": Counter(EmailDelivery.objects.values_list("state", flat=True)),
            "connections": self.server.log.count("CONNECT"),
        }


class MailingScenario(Scenario):
    """A digest with a mailing that is due, a reader who has left, and one who has not confirmed."""

    def prepare(self, readers: int, **script: Any) -> None:
        from digest.contrib.newsletter import subscriptions
        from digest.contrib.newsletter.models import Mailing, NewsletterSettings
        from tests.contrib.newsletter.issues import make_mailing
        from tests.contrib.newsletter.readers import sign_up, subscribe

        Mailing.objects.all().delete()
        NewsletterSettings.objects.all().delete()
        digest = type(self.digest).objects.get(pk=self.digest.pk)  # which has children
        for issue in digest.get_children():
            issue.delete()
        super().prepare(0, **script)
        sign_up(self.digest, "pending@example.org")
        subscriptions.end(subscribe(self.digest, "left@example.org"), "page")
        make_mailing(type(digest).objects.get(pk=digest.pk), readers)

    def results(self) -> dict[str, Any]:
        from digest.contrib.newsletter.models import Mailing

        mailing = Mailing.objects.get()
        return super().results() | {"mailing": mailing.state, "counts": mailing.counts}


def work() -> None:
    """Send what is due in this process, although there is a task queue."""
    from unittest.mock import patch

    with patch("digest.contrib.newsletter.workers.send_in_workers", return_value=False):
        send_newsletters()


def send_newsletters() -> None:
    from django.core.management import call_command

    call_command("send_newsletters", stdout=sys.stderr)


def changed_lines(mails: Iterable[bytes]) -> list[str]:
    """Return the lines in which mails to one reader differ."""
    lines: dict[bytes, set[str]] = {}
    for mail in mails:
        found = set(mail.decode().splitlines())
        lines[address_of(mail)] = lines.get(address_of(mail), found) ^ found
    return sorted(set().union(*lines.values()))


def address_of(mail: bytes) -> bytes:
    return mail.split(b"\nTo: ")[1].splitlines()[0]


def kill_at(step: str, scenario: Scenario) -> dict[str, Any]:
    """Have the server kill a worker at a step."""
    from tests.kills import start

    scenario.prepare(3, kill=step)
    pid = start(work)
    scenario.server.victim(pid)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    scenario.recover()
    return {"status": status} | scenario.results()


def kill_at_each_write(scenario: Scenario) -> list[dict[str, Any]]:
    """Kill a worker before its first write, its second, and so on."""
    from tests.kills import Killer, run_in_child

    found: list[dict[str, Any]] = []
    scenario.prepare(2)
    while status := run_in_child(work, Killer(len(found) + 1)):
        scenario.recover()
        found.append({"status": status} | scenario.results())
        scenario.prepare(2)
    return found


def freeze(scenario: Scenario) -> dict[str, Any]:
    """Freeze a worker that has handed a mail over, until another one has sent the others."""
    from tests.kills import start

    scenario.prepare(3, freeze="END")
    pid = start(work)
    scenario.server.victim(pid)
    os.waitid(os.P_PID, pid, os.WSTOPPED)
    scenario.recover()
    os.kill(pid, signal.SIGCONT)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {"status": status} | scenario.results()


def share(scenario: Scenario, workers: int) -> dict[str, Any]:
    """Have several workers send fifty mails."""
    from digest.contrib.newsletter import queue
    from tests.kills import start

    queue.CLAIMED_AT_ONCE = 5
    scenario.prepare(50, delay={"END": 0.01})
    pids = [start(work) for _number in range(workers)]
    statuses = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    return {"statuses": statuses} | scenario.results()


def send_by_tasks(scenario: Scenario) -> dict[str, Any]:
    """Have the workers of a task queue send a mailing; one of them is killed."""
    from datetime import timedelta

    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    settings.DIGEST_NEWSLETTER_WORKERS = 2
    scenario.prepare(12)
    send_newsletters()
    send_newsletters()  # which adds no chain
    tasks = DBTaskResult.objects.filter(queue_name="mail")
    before = {"tasks": tasks.count(), "mails": len(scenario.server.mails)}
    killed = tasks.filter(pk=tasks.first().pk)
    killed.update(status="RUNNING", started_at=timezone.now() - timedelta(minutes=11))
    send_newsletters()
    before["waiting"] = tasks.filter(status="READY").count()
    options = {"batch": True, "startup_delay": False, "queue_name": "mail", "verbosity": 0}
    call_command("db_worker", **options)
    return before | scenario.results()


def sweep(scenario: Scenario) -> dict[str, Any]:
    return {
        "steps": {step: kill_at(step, scenario) for step in STEPS},
        "writes": kill_at_each_write(scenario),
        "frozen": freeze(scenario),
        "workers": {number: share(scenario, number) for number in (2, 5)},
    }


def main(folder: Path) -> None:
    from django.conf import settings
    from django.core.management import call_command

    from tests.contrib.newsletter.smtp_server import MailServer

    call_command("migrate", "django_tasks_database", verbosity=0)
    server = MailServer(folder)
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        results = {}
        for name, scenario in {"letters": Scenario, "mailing": MailingScenario}.items():
            results[name] = sweep(scenario(server))
        results["tasks"] = send_by_tasks(MailingScenario(server))
    finally:
        server.stop()
    print(json.dumps(results))  # noqa: T201


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]))
