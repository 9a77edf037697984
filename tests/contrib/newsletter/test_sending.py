"""A pass of the job: sign-up requests first, then all letters that are due."""

import ast
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from digest.contrib import newsletter
from digest.contrib.newsletter import mailings, queue, sending, subscriptions
from digest.contrib.newsletter.models import EmailDelivery, SignupRequest
from digest.registry import MINUTE, registry
from tests.builders import restrict
from tests.contrib.newsletter.issues import start_mailing
from tests.contrib.newsletter.readers import request_subscription, sign_up, subscribe

pytestmark = pytest.mark.django_db
PACKAGE = Path(newsletter.__file__).parent


def states():
    return list(EmailDelivery.objects.order_by("pk").values_list("state", flat=True))


def test_sign_up_is_due_and_sends_a_letter(digest, mail_server, capsys):
    assert not sending.is_due()
    request_subscription(digest)
    assert sending.is_due()
    call_command("send_newsletters")
    assert capsys.readouterr().out == "Mails: 1 accepted.\n"
    assert (len(mail_server.mails), states()) == (1, ["accepted"])
    assert not sending.is_due()
    call_command("send_newsletters")
    assert capsys.readouterr().out == "Mails: none is due.\n"


def test_sign_up_sends_nothing_by_itself(digest, mail_server):
    request_subscription(digest)
    assert mail_server.log == []


def test_job_has_a_process_of_its_own():
    [job] = [job for job in registry.jobs if job.name == "send_newsletters"]
    assert (job.run, job.every, job.is_due) == (sending.run, MINUTE, sending.is_due)
    assert job.is_long


def test_only_the_job_and_the_command_send():
    """A view that imports one of these could send within a request."""
    importers = {"sending": set(), "claims": set(), "transport": set()}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                for name in {node.module.rpartition(".")[2], *(n.name for n in node.names)}:
                    importers.get(name, set()).add(path.stem)
    assert importers == {
        "sending": {"apps", "send_newsletters"},
        "claims": {"sending"},
        "transport": {"claims", "sending"},
    }


def test_letter_that_is_due_again_is_sent_early(digest):
    sign_up(digest)
    SignupRequest.objects.all().delete()
    assert sending.is_due()
    EmailDelivery.objects.update(not_before=timezone.now() + MINUTE)
    assert not sending.is_due()


def test_broken_request_does_not_stop_the_others(digest, mail_server, monkeypatch, caplog):
    request_subscription(digest, "broken@example.org")
    request_subscription(digest)
    broken, process = SignupRequest.objects.order_by("pk")[0], subscriptions.process

    def fail(pk):
        return 1 / 0 if pk == broken.pk else process(pk)

    monkeypatch.setattr(subscriptions, "process", fail)
    sending.run()
    assert (len(mail_server.mails), list(SignupRequest.objects.all())) == (1, [broken])
    assert f"Sign-up request {broken.pk} could not be processed." in caplog.text
    assert sending.is_due()
    SignupRequest.objects.update(created_at=timezone.now() - MINUTE)
    assert not sending.is_due()


def test_mailing_that_is_continued_is_due_until_a_worker_claims_mails(digest):
    mailing = start_mailing(digest)
    mailings.pause(mailing, None)
    assert not sending.is_due()
    mailings.resume(mailing, None)
    assert sending.is_due()
    queue.claim_mails(mailing)
    assert not sending.is_due()


def test_all_due_letters_are_sent_in_one_pass(digest, mail_server, monkeypatch):
    monkeypatch.setattr(queue, "CLAIMED_AT_ONCE", 2)
    for number in range(5):
        sign_up(digest, f"reader{number}@example.org")
    assert sending.run() == {"accepted": 5}


def test_claim_is_renewed_before_each_letter(digest, mail_server, monkeypatch):
    remaining = []
    monkeypatch.setattr(queue, "renew", lambda mails: remaining.append(len(mails)))
    for number in range(3):
        sign_up(digest, f"reader{number}@example.org")
    sending.run()
    assert remaining == [3, 2, 1]


def test_digest_that_is_not_public_sends_no_letters_but_preferences(digest, mail_server):
    subscribe(digest)
    sign_up(digest, "other@example.org")
    sign_up(digest, "third@example.org")
    EmailDelivery.objects.filter(pk=EmailDelivery.objects.last().pk).update(kind="preferences")
    restrict(digest)
    sending.run()
    assert states() == ["skipped", "skipped", "accepted"]


def test_interrupted_worker_releases_what_it_has_not_begun(digest, mail_server, monkeypatch):
    for number in range(3):
        sign_up(digest, f"reader{number}@example.org")

    def interrupt(transport, mail, message):
        raise KeyboardInterrupt

    monkeypatch.setattr("digest.contrib.newsletter.transport.Transport.send", interrupt)
    with pytest.raises(KeyboardInterrupt):
        sending.run()
    assert states() == ["sending", "waiting", "waiting"]
