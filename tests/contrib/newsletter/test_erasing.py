"""Erasure of an address: by command, again after a restore, and the file that records it."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from anymail.signals import AnymailTrackingEvent, tracking
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from digest.contrib.newsletter import removals, subscriptions, suppression
from digest.contrib.newsletter.models import (
    EmailDelivery,
    SignupRequest,
    Subscriber,
    Subscription,
)
from digest.contrib.newsletter.removals import Removal
from tests.contrib.newsletter.readers import (
    open_newsletter,
    process_requests,
    request_subscription,
    sign_up,
    subscribe,
)

pytestmark = pytest.mark.django_db
ADDRESS = "reader@example.org"


@pytest.fixture
def file(tmp_path, settings):
    settings.DIGEST_NEWSLETTER_REMOVALS_FILE = tmp_path / "removals"
    return settings.DIGEST_NEWSLETTER_REMOVALS_FILE


def dump():
    """Return everything in the database as one text."""
    text = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            text.append(repr(cursor.fetchall()))
    return "\n".join(text).lower()


def test_erased_address_is_nowhere(digest):
    subscribe(digest)
    EmailDelivery.objects.update(state="refused", reply=f"550 {ADDRESS} is unknown")
    request_subscription(digest, "Reader@example.org")
    assert ADDRESS in dump()
    call_command("erase_subscriber", "READER@Example.org")
    assert ADDRESS not in dump()
    assert not Subscriber.objects.exists()


def test_reader_with_a_history_is_nowhere(digest, client, admin_client):
    open_newsletter(digest)
    form = {"email": "Zq7Reader+News@Example.org"}
    assert client.post("/newsletter/subscribe/daily/", form).status_code == 303
    assert client.post("/newsletter/preferences/", form).status_code == 303
    process_requests()
    subscription = Subscription.objects.get()
    mails = EmailDelivery.objects.filter(subscription=subscription)
    mails.update(state="accepted", provider_id="id-1")
    report = {"reject_reason": "bounced", "description": f"To {form['email']}", "timestamp": None}
    event = AnymailTrackingEvent(event_type="bounced", message_id="id-1", **report)
    tracking.send(sender=None, event=event)
    subscribers = "/admin/digest/subscribers/"
    assert admin_client.get(f"{subscribers}?q=zq7").status_code == 200
    for action, pk in [("lift", "subscriber_id"), ("end", "pk"), ("erase", "subscriber_id")]:
        url = f"{subscribers}{action}/{getattr(subscription, pk)}/"
        assert admin_client.post(url, follow=True).status_code == 200
    assert not Subscriber.objects.exists()
    assert mails.model.objects.filter(event="bounced").exists()
    assert "zq7reader" not in dump()


def test_sign_up_does_not_lift_what_only_its_confirmation_may(digest):
    subscribe(digest)
    call_command("erase_subscriber", ADDRESS)
    sign_up(digest)
    assert suppression.reason_of(ADDRESS) == "erased"
    subscriptions.block(Subscriber.objects.get())
    sign_up(digest)
    assert suppression.reason_of(ADDRESS) == "asked"
    assert not Subscription.objects.exclude(state="ended").exists()


def test_address_in_a_request_alone_is_erased(digest):
    request_subscription(digest, ADDRESS)
    call_command("erase_subscriber", ADDRESS)
    assert ADDRESS not in dump()


def test_unknown_address_is_an_error():
    with pytest.raises(CommandError, match="Nothing is stored") as error:
        call_command("erase_subscriber", ADDRESS)
    assert error.value.returncode == 1
    with pytest.raises(CommandError, match="valid"):
        call_command("erase_subscriber", "reader")


def test_file_has_a_line_for_each_removal(digest, file):
    subscription = subscribe(digest)
    subscriptions.end(subscription, "page")
    subscriptions.block(subscription.subscriber)
    call_command("erase_subscriber", ADDRESS)
    lines = [line for _number, line in removals.parse(file.read_text().splitlines())]
    assert [line.kind for line in lines] == [Removal.ENDED, Removal.BLOCKED, Removal.ERASED]
    assert [line.digest_pk for line in lines] == [digest.pk, None, None]
    assert {line.address_hash for line in lines} == {suppression.address_hash(ADDRESS)}
    assert ADDRESS not in file.read_text()
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600


def test_reader_leaves_even_if_the_file_cannot_be_written(digest, settings, tmp_path, caplog):
    settings.DIGEST_NEWSLETTER_REMOVALS_FILE = tmp_path
    subscriptions.end(subscribe(digest), "page")
    assert Subscription.objects.get().state == "ended"
    assert "DIGEST_NEWSLETTER_REMOVALS_FILE" in caplog.text


def test_lines_written_at_the_same_time_do_not_mix(file):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: removals._append(f"{number % 10}" * 120 + "\n"), range(200)))
    lines = file.read_text().splitlines()
    assert len(lines) == 200
    assert {(len(line), len(set(line))) for line in lines} == {(120, 1)}


def remove_again(file, kind, digest="-", at=None):
    """Write a line about the reader, as if after the backup, and apply the file."""
    at = at or timezone.now()
    file.write_text(f"{at.isoformat()} {kind} {digest} {suppression.address_hash(ADDRESS)}\n")
    call_command("erase_subscriber", again=file)


def test_restored_reader_is_erased_again(digest, file):
    subscribe(digest)
    subscribe(digest, "other@example.org")
    remove_again(file, "erased")
    assert Subscriber.objects.get().key == "other@example.org"
    assert suppression.reason_of(ADDRESS) == "erased"
    assert ADDRESS not in dump()


def test_restored_subscription_is_ended_again(digest, file):
    subscribe(digest)
    remove_again(file, "ended", digest.pk + 1)
    assert Subscription.objects.get().state == "active"
    remove_again(file, "ended", digest.pk)
    subscription = Subscription.objects.get()
    assert (subscription.state, subscription.end_reason) == ("ended", "again")


def test_restored_reader_is_blocked_again(digest, file):
    sign_up(digest)
    remove_again(file, "blocked")
    assert Subscription.objects.get().state == "ended"
    assert EmailDelivery.objects.get().state == "skipped"
    assert suppression.reason_of(ADDRESS) == "asked"


def test_restored_complaint_is_suppressed_again_unless_it_was_lifted(digest, file):
    subscribe(digest)
    remove_again(file, "complained")
    assert Subscription.objects.get().state == "ended"
    assert suppression.reason_of(ADDRESS) == "complained"
    remove_again(file, "lifted")
    assert suppression.reason_of(ADDRESS) is None
    assert Subscription.objects.get().state == "ended"


@pytest.mark.parametrize("kind", ["erased", "blocked"])
def test_restored_request_is_not_processed(digest, file, kind):
    request_subscription(digest, "Reader@example.org")
    remove_again(file, kind)
    assert not SignupRequest.objects.exists()


@pytest.mark.parametrize("kind", ["erased", "ended"])
def test_reader_who_signed_up_after_the_removal_stays(digest, file, kind):
    subscribe(digest)
    before = timezone.now() - timedelta(minutes=1)
    remove_again(file, kind, digest.pk if kind == "ended" else "-", at=before)
    assert Subscription.objects.get().state == "active"


def test_applying_a_file_twice_changes_nothing(digest, file, capsys):
    subscribe(digest)
    remove_again(file, "ended", digest.pk)
    lines = file.read_text()
    call_command("erase_subscriber", again=file)
    assert capsys.readouterr().out.splitlines()[-1] == "Ended or deleted 0 subscriptions."
    assert file.read_text() == lines


def test_invalid_lines_are_reported_and_the_others_applied(digest, file):
    subscribe(digest)
    address_hash = suppression.address_hash(ADDRESS)
    good = f"{timezone.now().isoformat()} ended {digest.pk} {address_hash}"
    naive = f"2026-01-01T00:00:00 erased - {address_hash}"
    file.write_text("\n".join([good[:40], naive, "", "\x00\xff", good]))
    with pytest.raises(CommandError, match="1, 2, 3, 4"):
        call_command("erase_subscriber", again=file)
    assert Subscription.objects.get().state == "ended"


def test_missing_file_is_an_error(file):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("erase_subscriber", again=file)


def test_hashes_of_all_addresses_cost_one_query(digest, django_assert_num_queries):
    for number in range(3):
        sign_up(digest, f"reader{number}@example.org")
    keys = list(Subscriber.objects.values_list("key", flat=True))
    with django_assert_num_queries(1):
        assert len(set(suppression.address_hashes(keys))) == 3
