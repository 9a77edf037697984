"""What becomes of the lines of a file, by its states and by what is stored here."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from digest.contrib.newsletter import subscriptions, suppression
from digest.contrib.newsletter.cleaning import clean
from digest.contrib.newsletter.models import (
    EmailDelivery,
    Subscriber,
    SubscriberImport,
    Subscription,
)
from digest.contrib.newsletter.subscriptions import imported
from digest.contrib.newsletter.transfer import formats, importing
from tests.builders import make_digest
from tests.contrib.newsletter.readers import sign_up, subscribe
from tests.contrib.newsletter.test_erasing import dump
from tests.contrib.newsletter.transfer import uploads
from tests.contrib.newsletter.transfer.uploads import import_file, upload

pytestmark = pytest.mark.django_db
LIST = "ann@example.org\nbea@example.org\n"


def states():
    rows = Subscription.objects.order_by("subscriber__key")
    return dict(rows.values_list("subscriber__key", "state"))


@pytest.mark.parametrize("file_format", uploads.EXPORTS)
def test_states_of_known_exports_are_respected(digest, file_format):
    record = import_file(digest, uploads.EXPORTS[file_format])
    assert (record.format, record.state) == (file_format, "done")
    assert states() == {"ann@example.org": "active", "bea@example.org": "ended"}
    ann = Subscription.objects.get(state="active")
    assert (ann.source, ann.origin, ann.consent_text) == ("import", record, None)
    assert ann.confirmed_at == datetime(2024, 1, 15, 10, tzinfo=UTC)
    if file_format in ("buttondown", "mailchimp"):
        assert suppression.reason_of("cat@example.org") == "imported"
        assert record.counts["pending"] == record.counts["barred"] == 1
    assert not EmailDelivery.objects.exists()


def test_consent_of_an_export_is_stored_without_addresses(digest):
    header = ",".join(formats.OWN_COLUMNS)
    consent = "Ask bea@example.org: " + "a" * 2000
    import_file(digest, f"{header}\nann@example.org,{digest.slug},active,,,,,{consent}\n")
    text = Subscription.objects.get().consent_text.text
    assert (text[:8], len(text)) == ("Ask … aa", 1000)


@pytest.mark.parametrize(
    ("kind", "state"), [("unsubscribed", "ended"), ("subscribed", "active"), ("cleaned", None)]
)
def test_name_of_an_unpacked_file_is_its_state(digest, kind, state):
    import_file(digest, uploads.mailchimp("ann@example.org"), kind=kind)
    assert states().get("ann@example.org") == state


def test_file_is_emptied_and_the_note_kept(digest):
    record = import_file(digest, LIST)
    assert (bytes(record.file), record.note, record.rows) == (b"", "A list of ours", 2)
    assert record.finished_at
    assert "ann@" not in repr(SubscriberImport.objects.values())


def test_date_of_the_future_is_not_believed(digest):
    text = "email,confirmed\nann@example.org,2099-01-01\nbea@example.org,nonsense\n"
    import_file(digest, text, columns={"address": 0, "confirmed_at": 1})
    for subscription in Subscription.objects.all():
        assert timezone.now() - subscription.confirmed_at < timedelta(minutes=1)


def test_active_reader_stays_as_they_are(digest):
    before = subscribe(digest, "ann@example.org")
    record = import_file(digest, "email,status\nann@example.org,cleaned\n", columns=STATUS)
    before.refresh_from_db()
    assert (before.state, before.source, before.origin) == ("active", "form", None)
    assert record.counts == {"unchanged": 1}
    assert suppression.reason_of("ann@example.org") is None


STATUS = {"address": 0, "state": 1}


def test_reader_who_has_left_is_not_revived(digest):
    subscriptions.end(subscribe(digest, "ann@example.org"), "page")
    record = import_file(digest, LIST)
    assert states() == {"ann@example.org": "ended", "bea@example.org": "active"}
    assert record.errors == [["", 1, "left"]]


def test_reader_who_has_not_confirmed_here_is_subscribed(digest):
    sign_up(digest, "ann@example.org")
    record = import_file(digest, LIST)
    ann = Subscription.objects.get(subscriber__key="ann@example.org")
    assert (ann.state, ann.source, ann.origin) == ("active", "import", record)


@pytest.mark.parametrize(
    ("column", "fields", "state"),
    [
        ("UNSUB_TIME", {}, "ended"),
        ("CLEAN_TIME", {}, None),
        ("Name", {"kind": "unsubscribed"}, "ended"),
        ("Name", {}, "active"),
    ],
)
def test_edited_file_of_those_who_have_left_subscribes_nobody(digest, column, fields, state):
    content = f"Email Address,{column}\nann@example.org,2024-01-02 10:00:00\n"
    import_file(digest, content, columns={"address": 0}, **fields)
    assert states().get("ann@example.org") == state


def test_reader_of_another_digest_is_not_suppressed(digest, home_page):
    subscribe(make_digest(home_page, "weekly"), "ann@example.org")
    record = import_file(digest, "email,status\nann@example.org,cleaned\n", columns=STATUS)
    assert record.counts == {"unchanged": 1}
    assert suppression.reason_of("ann@example.org") is None


@pytest.mark.parametrize("reason", ["erased", "asked", "complained", "bounced"])
def test_suppressed_addresses_are_skipped(digest, reason):
    suppression.suppress("ann@example.org", reason)
    record = import_file(digest, LIST)
    code = "erased" if reason == "erased" else "suppressed"
    assert record.errors == [["", 1, code]]
    assert list(states()) == ["bea@example.org"]
    assert suppression.reason_of("ann@example.org") == reason


def test_no_import_brings_an_erased_address_back(digest):
    waiting = upload(digest, LIST, state="importing")
    subscriptions.erase(subscribe(digest, "ann@example.org").subscriber)
    importing.run()
    waiting.refresh_from_db()
    assert waiting.errors == [["", 1, "erased"]]
    assert "ann@example.org" not in dump()


def test_reader_who_signs_up_after_the_import_has_consent_of_their_own(digest):
    import_file(digest, "email,status\nann@example.org,unsubscribed\n", columns=STATUS)
    ann = subscribe(digest, "ann@example.org")
    assert (ann.state, ann.source, ann.origin) == ("active", "form", None)


def test_errors_have_lines_and_reasons_but_no_address(digest):
    text = (
        'email,name\nann@example.org,"two\nlines"\nANN@example.org,\nno address,\n\n'
        f"é@example.org,\n{'a' * 255}@example.org,\n,\n"
    )
    record = import_file(digest, text, columns={"address": 0})
    assert record.errors == [
        ["", 4, "duplicate"],
        ["", 5, "invalid"],
        ["", 7, "non_ascii"],
        ["", 8, "max_length"],
    ]
    assert record.counts == {"added": 1, "duplicate": 1, "invalid": 1} | {
        "non_ascii": 1,
        "max_length": 1,
    }


def test_state_that_is_not_known_is_left_out(digest):
    record = import_file(
        digest, "email,status\nann@example.org,mystery\nbea@example.org,\n", columns=STATUS
    )
    assert [error[2] for error in record.errors] == ["unknown_state"] * 2
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(("late", "state"), [("unsubscribed", "ended"), ("cleaned", "ended")])
@pytest.mark.parametrize("distance", [0, 1500])
def test_later_line_that_ends_a_subscription_counts(digest, late, state, distance):
    between = "".join(f"r{number}@example.org,active\n" for number in range(distance))
    text = f"email,status\nann@example.org,active\n{between}Ann@example.org,{late}\n"
    for _time in range(2):  # the second time as after a kill
        record = import_file(digest, text, columns=STATUS)
        assert states()["ann@example.org"] == state
        assert suppression.reason_of("ann@example.org") == (
            "imported" if late == "cleaned" else None
        )
        SubscriberImport.objects.filter(pk=record.pk).update(state="importing")


def test_check_changes_nothing_and_counts_the_same(digest):
    suppression.suppress("bea@example.org", "asked")
    record = upload(digest, uploads.MAILCHIMP_ZIP, state="checking")
    importing.run()
    record.refresh_from_db()
    assert (record.state, record.rows) == ("checked", 4)
    assert not Subscriber.objects.exists()
    assert suppression.reason_of("cat@example.org") is None
    counts = record.counts
    SubscriberImport.objects.update(state="importing")
    importing.run()
    record.refresh_from_db()
    assert record.counts == counts == {"barred": 1, "suppressed": 1, "added": 1, "pending": 1}
    assert record.errors == [["unsubscribed", 2, "suppressed"], ["nonsubscribed", 2, "pending"]]


def test_importing_again_changes_nothing(digest):
    import_file(digest, LIST)
    before = list(Subscription.objects.values())
    record = import_file(digest, LIST)
    assert record.counts == {"unchanged": 2}
    assert list(Subscription.objects.values()) == before


@pytest.mark.parametrize(
    ("error", "state"), [(OperationalError, "importing"), (KeyError, "failed")]
)
def test_import_is_tried_again_after_errors_of_the_database_only(digest, monkeypatch, error, state):
    def fail(*args, **options):
        raise error

    record = upload(digest, LIST, state="importing")
    monkeypatch.setattr(imported, "add", fail)
    with pytest.raises(error):
        importing.run()
    record.refresh_from_db()
    assert record.state == state
    assert importing.is_due() == (state == "importing")


def test_readers_who_change_at_the_same_time_are_tried_three_times(digest, monkeypatch):
    attempts = []

    def conflict(*args):
        attempts.append(args)
        raise IntegrityError("ann@example.org exists")

    upload(digest, LIST, state="importing")
    monkeypatch.setattr(imported, "_add", conflict)
    with pytest.raises(IntegrityError) as raised:
        importing.run()
    assert len(attempts) == 3
    assert "ann@" not in str(raised.value)
    assert importing.is_due()


def test_import_that_was_killed_counts_what_it_had_added(digest):
    record = upload(digest, LIST, state="importing")
    file = record.file
    importing.run()
    SubscriberImport.objects.update(state="importing", file=file)
    importing.run()
    record.refresh_from_db()
    assert (record.state, record.counts) == ("done", {"added": 2})


def test_each_digest_has_its_own_subscriptions(digest, home_page):
    import_file(digest, LIST)
    import_file(make_digest(home_page, "weekly"), LIST)
    assert (Subscriber.objects.count(), Subscription.objects.count()) == (2, 4)


def test_queries_do_not_grow_with_the_lines(digest, django_assert_max_num_queries):
    upload(digest, "".join(f"r{number}@example.org\n" for number in range(90)), state="importing")
    with django_assert_max_num_queries(20):
        importing.run()


@pytest.mark.parametrize("state", ["uploaded", "checking", "checked", "importing"])
def test_cleaning_leaves_imports_that_are_going_on(digest, state):
    upload(digest, LIST, state=state, created_at=timezone.now() - timedelta(days=2))
    clean()
    assert SubscriberImport.objects.exists() == (state in ("checking", "importing"))


def test_unfinished_imports_are_deleted(digest):
    kept = import_file(digest, LIST)
    broken = import_file(digest, "cat@example.org\n")
    unfinished = upload(digest, LIST)
    SubscriberImport.objects.filter(pk=broken.pk).update(state="importing", file=b"x")
    clean()
    assert SubscriberImport.objects.count() == 3
    SubscriberImport.objects.update(created_at=timezone.now() - timedelta(days=4))
    clean()
    assert set(SubscriberImport.objects.values_list("pk", "state")) == {
        (kept.pk, "done"),
        (broken.pk, "failed"),
    }
    assert unfinished.pk not in SubscriberImport.objects.values_list("pk", flat=True)
    assert not SubscriberImport.objects.exclude(file=b"").exists()
