"""The states of a subscription: which letter a sign-up calls for, confirming, ending, erasing."""

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from digest.contrib.newsletter import limits, signup, subscriptions, suppression, tokens
from digest.contrib.newsletter.email_addresses import parse
from digest.contrib.newsletter.models import (
    EmailDelivery,
    SignupRequest,
    Source,
    Subscriber,
    Subscription,
    Suppression,
)
from digest.contrib.newsletter.tokens import InvalidToken, Purpose
from tests.builders import make_digest
from tests.contrib.newsletter.readers import (
    change_consent,
    confirm_token,
    open_newsletter,
    preferences_token,
    process_requests,
    request_subscription,
    sign_up,
    subscribe,
)

pytestmark = pytest.mark.django_db
ADDRESS = "reader@example.org"


def letters() -> list[str]:
    return list(EmailDelivery.objects.order_by("pk").values_list("kind", flat=True))


def age_letters(by: timedelta = timedelta(hours=25)) -> None:
    """Move all letters into the past, so that the limits allow another one."""
    for letter in EmailDelivery.objects.all():
        letter.created_at -= by
        letter.save()


def test_new_address_gets_a_confirmation_letter(digest):
    sign_up(digest, "Reader@Example.org")
    subscription = Subscription.objects.get()
    assert subscription.subscriber.address == "Reader@example.org"
    assert (subscription.state, letters()) == ("pending", ["confirm"])
    assert subscription.consent_text.text.startswith("Send me each issue of “Daily”")
    assert not SignupRequest.objects.exists()


def test_filled_honeypot_gets_nothing(digest):
    sign_up(digest, has_filled_honeypot=True)
    assert not Subscriber.objects.exists()
    assert not EmailDelivery.objects.exists()


def test_active_address_gets_a_note(digest):
    subscribe(digest)
    age_letters()
    sign_up(digest)
    assert letters() == ["confirm", "already_subscribed"]


def test_ended_address_confirms_again(digest):
    subscription = subscribe(digest)
    subscriptions.end(subscription, "page")
    age_letters()
    sign_up(digest)
    subscription.refresh_from_db()
    assert (subscription.state, letters()) == ("ended", ["confirm", "confirm"])
    subscriptions.confirm(confirm_token(subscription))
    subscription.refresh_from_db()
    assert (subscription.state, subscription.ended_at) == ("active", None)


def test_request_is_processed_once(digest):
    sign_up(digest)
    subscriptions.process(1)
    assert letters() == ["confirm"]


def test_confirming_twice_changes_nothing(digest):
    subscription = subscribe(digest)
    again = subscriptions.confirm(confirm_token(subscription))
    assert again.confirmed_at == subscription.confirmed_at


def test_old_link_does_not_revive_an_ended_subscription(digest):
    subscription = subscribe(digest)
    token = confirm_token(subscription)
    subscriptions.end(subscription, "page")
    with pytest.raises(InvalidToken):
        subscriptions.confirm(token)


@pytest.mark.parametrize("leave", ["end", "block"])
def test_reader_who_leaves_again_voids_a_confirmation_on_its_way(digest, leave):
    subscription = subscribe(digest)
    subscriptions.end(subscription, "page")
    age_letters()
    sign_up(digest)
    subscription.refresh_from_db()
    token = confirm_token(subscription)
    if leave == "end":
        subscriptions.end(subscription, "one_click")
    else:
        subscriptions.block(subscription.subscriber)
    with pytest.raises(InvalidToken):
        subscriptions.confirm(token)
    assert EmailDelivery.objects.latest("pk").state == "skipped"


def test_blocked_reader_cannot_confirm(digest):
    sign_up(digest)
    token = confirm_token(Subscription.objects.get())
    suppression.suppress(ADDRESS, "complained")
    with pytest.raises(InvalidToken):
        subscriptions.confirm(token)


def test_proof_of_consent_stays_until_another_is_confirmed(digest):
    subscription = subscribe(digest)
    subscriptions.end(subscription, "page")
    open_newsletter(digest)
    change_consent(digest, "Send it to me.")
    age_letters()
    sign_up(digest)
    proof = Subscription.objects.get()
    assert proof.consent_text.text.startswith("Send me each issue")
    assert proof.requested_at == subscription.requested_at
    subscriptions.confirm(confirm_token(proof))
    assert Subscription.objects.get().consent_text.text == "Send it to me."


def test_tokens_open_no_row_that_a_restored_database_gives_out_again(digest):
    old = subscribe(digest)
    confirm, block = confirm_token(old), preferences_token(old)
    pk, subscriber_pk = old.pk, old.subscriber_id
    subscriptions.erase(old.subscriber)
    subscriber = Subscriber.objects.create(
        pk=subscriber_pk, address="b@example.org", key="b", bucket="b"
    )
    Subscription.objects.create(pk=pk, subscriber=subscriber, digest=digest, source="form")
    with pytest.raises(InvalidToken):
        subscriptions.confirm(confirm)
    with pytest.raises(InvalidToken):
        subscriptions.of_preferences(block)


def test_ending_twice_keeps_the_first_reason(digest):
    subscription = subscribe(digest)
    subscriptions.end(subscription, "one_click")
    subscriptions.end(subscription, "page")
    subscription.refresh_from_db()
    assert subscription.end_reason == "one_click"


@pytest.mark.parametrize("reason", ["asked", "complained", "imported"])
def test_address_that_asked_or_complained_gets_nothing(digest, reason):
    suppression.suppress(ADDRESS, reason)
    sign_up(digest)
    assert letters() == []


def test_address_that_bounced_gets_one_letter_a_month(digest):
    suppression.suppress(ADDRESS, "bounced")
    sign_up(digest)
    age_letters()
    sign_up(digest)
    assert letters() == ["confirm"]
    subscriptions.confirm(confirm_token(Subscription.objects.get()))
    assert suppression.reason_of(ADDRESS) is None


def test_address_that_bounced_gets_its_preferences_once_a_month(digest):
    sign_up(digest)
    suppression.suppress(ADDRESS, "bounced")
    for _number in range(2):
        age_letters()
        signup.request_preferences(parse(ADDRESS), Source.API)
        process_requests()
    assert letters() == ["confirm"]


def test_second_letter_to_a_mailbox_waits_for_ten_minutes(digest):
    sign_up(digest, "first.reader@gmail.com")
    sign_up(digest, "firstreader+x@googlemail.com")
    first, second = EmailDelivery.objects.order_by("pk")
    assert first.not_before is None
    assert second.not_before - first.created_at == limits.PAUSE


def test_sign_up_for_a_second_digest_is_not_lost(digest, home_page):
    sign_up(digest)
    sign_up(make_digest(home_page, "weekly"))
    assert letters() == ["confirm", "confirm"]


def test_same_sign_up_within_ten_minutes_gets_no_second_letter(digest):
    for _number in range(3):
        sign_up(digest)
    assert letters() == ["confirm"]


def test_sign_up_beyond_the_limits_stores_no_address(digest):
    for number in range(5):
        sign_up(digest, f"reader+{number}@example.org")
    assert Subscriber.objects.count() == len(letters()) == limits.MAX_A_DAY


def test_mailbox_gets_three_letters_a_day(digest):
    for _number in range(5):
        sign_up(digest)
        age_letters(timedelta(minutes=11))
    assert len(letters()) == 3


def test_mailbox_gets_ten_letters_until_it_confirms(digest):
    for _number in range(limits.MAX_UNCONFIRMED):
        sign_up(digest)
        age_letters()
    sign_up(digest)
    assert len(letters()) == limits.MAX_UNCONFIRMED
    subscriptions.confirm(confirm_token(Subscription.objects.get()))
    sign_up(digest)
    assert letters()[-1] == "already_subscribed"


def test_known_address_gets_its_preferences(digest):
    subscribe(digest)
    age_letters()
    for address in (ADDRESS, "nobody@example.org"):
        signup.request_preferences(parse(address), Source.API)
    process_requests()
    assert letters() == ["confirm", "preferences"]


def test_blocked_address_leaves_all_digests_and_loses_its_open_letters(digest):
    sign_up(digest)
    subscriptions.block(Subscriber.objects.get())
    assert Subscription.objects.get().state == "ended"
    assert EmailDelivery.objects.get().state == "skipped"
    assert suppression.reason_of(ADDRESS) == "asked"


def test_erased_address_is_in_no_row(digest):
    subscribe(digest)
    request_subscription(digest, "READER@example.org", Source.API)
    subscriptions.erase(Subscriber.objects.get())
    assert not Subscriber.objects.exists()
    assert not SignupRequest.objects.exists()
    assert EmailDelivery.objects.get().subscription is None
    assert suppression.reason_of(ADDRESS) == "erased"


def test_erased_reader_may_subscribe_again(digest):
    subscribe(digest)
    subscriptions.erase(Subscriber.objects.get())
    subscribe(digest)
    assert suppression.reason_of(ADDRESS) is None


def test_address_of_a_request_alone_is_erased(digest):
    request_subscription(digest, ADDRESS)
    assert subscriptions.erase_address(ADDRESS)
    assert not SignupRequest.objects.exists()
    assert suppression.reason_of(ADDRESS) == "erased"
    assert not subscriptions.erase_address(ADDRESS)


def test_erasure_does_not_lift_a_block(digest):
    sign_up(digest)
    subscriber = Subscriber.objects.get()
    subscriptions.block(subscriber)
    subscriptions.erase(subscriber)
    assert suppression.reason_of(ADDRESS) == "asked"


def test_suppression_outlives_a_new_secret_key(digest, settings):
    suppression.suppress(ADDRESS, "asked")
    settings.SECRET_KEY = "another"
    assert suppression.reason_of(ADDRESS) == "asked"
    assert Suppression.objects.get().address_hash != ADDRESS


def test_token_is_the_same_for_the_same_letter():
    at = timezone.now()
    made = {tokens.make(Purpose.CONFIRM, 7, 1, at) for _number in range(2)}
    assert len(made) == 1
    assert tokens.read(Purpose.CONFIRM, made.pop())[:2] == (7, 1)


def test_other_tokens_are_invalid():
    now = timezone.now()
    token = tokens.make(Purpose.CONFIRM, 7, 0, now)
    old = tokens.make(Purpose.CONFIRM, 7, 0, now - timedelta(hours=49))
    other = tokens.make(Purpose.BLOCK, 7, 0, now)
    plain = signing.dumps([7, 0, int(now.timestamp())])
    for text in (
        token[:-1],
        old,
        other,
        plain,
        "",
        "x" * 5000,
        "a:b:c",
        "\x00",
        "é:x",
        f"{token} ",
    ):
        with pytest.raises(InvalidToken):
            tokens.read(Purpose.CONFIRM, text)
