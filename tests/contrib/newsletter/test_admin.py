"""The admin of newsletters: settings, subscribers, actions, and who may use them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from digest.contrib.newsletter import bounces, signup, subscriptions, suppression
from digest.contrib.newsletter.models import (
    ConsentText,
    EmailDelivery,
    Mailing,
    NewsletterSettings,
    Subscriber,
    Subscription,
)
from digest.models import DigestPage
from tests.builders import make_digest
from tests.contrib.newsletter.readers import newsletter_of, open_newsletter, sign_up, subscribe
from tests.contrib.newsletter.test_erasing import dump

pytestmark = pytest.mark.django_db

SETTINGS, SUBSCRIBERS = "/admin/digest/newsletters/", "/admin/digest/subscribers/"
ADDRESS = "reader@example.org"


def html(response):
    assert response.status_code == 200
    return response.content.decode()


def form(**fields):
    return {
        "takes_signups": "on",
        "from_name": "The daily",
        "reply_to": "",
        "imprint": "A street",
        "privacy_url": "https://a.example/privacy",
        "consent": "Send it to me.",
        "delay_minutes": "10",
        "content": "whole",
    } | fields


def edit_url(digest):
    """Return where the list of newsletters leads to from a digest."""
    row = NewsletterSettings.objects.filter(digest=digest).first()
    return f"{SETTINGS}edit/{row.pk}/" if row else f"{SETTINGS}new/{digest.pk}/"


def action_url(name, row):
    return reverse(f"digest_newsletter_subscribers:{name}", args=[row.pk])


def test_list_has_each_digest_open_or_closed(manager, digest, home_page):
    open_newsletter(make_digest(home_page, "weekly"))
    page = html(manager.get(f"{SETTINGS}results/"))
    assert page.index("Daily") < page.index("closed") < page.index("Weekly") < page.rindex("open")
    links = [edit_url(row) for row in DigestPage.objects.order_by("title")]
    assert links[0] == f"{SETTINGS}new/{digest.pk}/"
    page = html(manager.get(SETTINGS))
    assert [link in page for link in links] == [True, True]


def test_reading_inserts_no_row(manager, digest):
    for url in (SETTINGS, f"{SETTINGS}results/", edit_url(digest)):
        html(manager.get(url))
    manager.post(edit_url(digest), form(reply_to="nobody"))
    assert not NewsletterSettings.objects.exists()


@pytest.mark.parametrize("pk", ["0", "9" * 19, "9" * 30, "x", "-1"])
def test_settings_of_no_digest_are_not_found(manager, pk):
    for name in ("new", "edit", "history"):
        assert manager.get(f"{SETTINGS}{name}/{pk}/").status_code == 404


def test_url_of_a_digest_without_a_row_stays_valid(manager, digest, home_page):
    url = edit_url(digest)
    for name in ("First", "Second"):
        assert manager.post(url, form(from_name=name)).status_code == 302
    assert NewsletterSettings.objects.get().from_name == "Second"
    assert 'value="Second"' in html(manager.get(url))
    for pk in (home_page.pk, "9" * 30):
        assert manager.get(f"{SETTINGS}new/{pk}/").status_code == 404


def test_manager_opens_a_digest(manager, digest):
    manager.post(edit_url(digest), form())
    newsletter = signup.open_newsletter(digest)
    assert (newsletter.from_name, newsletter.imprint) == ("The daily", "A street")
    assert signup.consent_text(newsletter_of(digest)).text == "Send it to me."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("imprint", " "),
        ("privacy_url", ""),
        ("privacy_url", "javascript:alert(1)"),
        ("reply_to", "nobody"),
        ("consent", ""),
        ("from_name", "A\r\nBcc: b@example.org"),
        ("from_name", "Somebody <b@example.org>"),
        ("delay_minutes", "-1"),
        ("delay_minutes", "1441"),
        ("content", "nothing"),
    ],
)
def test_invalid_settings_are_rejected(manager, digest, name, value):
    response = manager.post(edit_url(digest), form(**{name: value}))
    assert list(response.context["form"].errors) == [name]
    assert not NewsletterSettings.objects.filter(takes_signups=True)


def test_closed_digest_needs_neither_imprint_nor_privacy_page(manager, digest):
    closed = form(imprint="", privacy_url="")
    del closed["takes_signups"]
    assert manager.post(edit_url(digest), closed).status_code == 302


def test_digest_that_sends_needs_an_imprint_only(manager, digest):
    sends = form(sends_on_publish="on", imprint=" ", privacy_url="")
    del sends["takes_signups"]
    response = manager.post(edit_url(digest), sends)
    assert response.context["form"].errors == {
        "imprint": ["Issues are sent only if there is an imprint."]
    }
    assert manager.post(edit_url(digest), sends | {"imprint": "A street"}).status_code == 302
    newsletter = NewsletterSettings.objects.get()
    assert (newsletter.sends_on_publish, newsletter.delay_minutes) == (True, 10)


def test_form_says_that_public_issues_are_not_sent(manager, digest):
    page = html(manager.get(edit_url(digest)))
    assert "public already are never sent by themselves" in page


def test_consent_has_a_version_for_each_text(manager, digest):
    texts = ["First.", "First.", "Second\r\nline.", "First."]
    versions = []
    for text in texts:
        manager.post(edit_url(digest), form(consent=text))
        versions.append(signup.consent_text(newsletter_of(digest)))
    assert [version.text for version in versions] == ["First.", "First.", "Second\nline.", "First."]
    assert versions[0] == versions[1] == versions[3]
    assert ConsentText.objects.count() == 2


def test_default_consent_follows_the_title(manager, digest):
    page = html(manager.get(edit_url(digest)))
    assert "Send me each issue of “Daily”" in page
    manager.post(edit_url(digest), form(consent=signup.consent_text(newsletter_of(digest)).text))
    DigestPage.objects.update(title="Weekly")
    assert "“Weekly”" in signup.consent_text(newsletter_of(DigestPage.objects.get())).text


def listed(client, query=""):
    response = client.get(f"{SUBSCRIBERS}results/{query}")
    return [row.address for row in response.context["object_list"]]


def test_list_shows_digests_with_states(manager, digest):
    subscribe(digest)
    page = html(manager.get(SUBSCRIBERS))
    assert ADDRESS in page
    assert "Daily: active" in page
    assert "Add subscriber" not in page
    assert "ordering=address" not in page


def test_list_is_searched_by_prefix(manager, digest):
    for address in ("anna@example.org", "Ann.b@example.org", "bo@example.org"):
        sign_up(digest, address)
    assert listed(manager, "?q=ANN") == ["Ann.b@example.org", "anna@example.org"]
    assert listed(manager, "?q=ann.") == ["Ann.b@example.org"]
    assert listed(manager, "?q=example.org") == []
    for odd in ("%25", "_", "%00", "%F0%9F%98%80"):
        assert len(listed(manager, f"?q={odd}")) in (0, 3)


def test_list_is_filtered_by_digest_and_state_of_one_subscription(manager, digest, home_page):
    weekly = make_digest(home_page, "weekly")
    sign_up(digest, "a@example.org")
    subscribe(weekly, "b@example.org")
    assert listed(manager, f"?digest={digest.pk}") == ["a@example.org"]
    assert listed(manager, "?state=active") == ["b@example.org"]
    assert listed(manager, f"?state=active&digest={digest.pk}") == []
    assert listed(manager, "?state=nonsense&digest=x") == ["b@example.org", "a@example.org"]


def test_list_is_filtered_by_source_and_date(manager, digest):
    for number, days in enumerate((0, 10)):
        sign_up(digest, f"r{days}@example.org")
        at = timezone.now() - timedelta(days=days)
        row = Subscription.objects.filter(subscriber__address=f"r{days}@example.org")
        row.update(requested_at=at, source=("api", "form")[number])
    day = (timezone.localdate() - timedelta(days=5)).isoformat()
    assert listed(manager, "?source=api") == ["r0@example.org"]
    assert listed(manager, f"?requested_at_from={day}") == ["r0@example.org"]
    assert listed(manager, f"?requested_at_to={day}") == ["r10@example.org"]
    assert listed(manager, f"?requested_at_from={day}&source=form") == []
    assert len(listed(manager, "?requested_at_from=x&source=x")) == 2


def test_list_shows_who_gets_no_mail_and_domains_in_unicode(manager, digest):
    sign_up(digest, "reader@bücher.example")
    sign_up(digest, "again@example.org")
    suppression.suppress("reader@xn--bcher-kva.example", "asked")
    suppression.suppress("again@example.org", "erased")
    page = html(manager.get(SUBSCRIBERS))
    assert "reader@xn--bcher-kva.example (bücher.example)" in page
    assert page.count("asked never to be written to") == 1
    assert "erased" not in page.partition("<tbody>")[2].partition("</tbody>")[0]


def test_number_of_queries_does_not_grow(manager, digest, django_assert_max_num_queries):
    for number in range(12):
        sign_up(digest, f"r{number}@example.org")
    manager.get(SUBSCRIBERS)
    with django_assert_max_num_queries(20):
        manager.get(SUBSCRIBERS)


def test_page_shows_history_letters_and_suppression(manager, digest):
    subscription = subscribe(digest)
    subscriptions.end(subscription, "one_click")
    EmailDelivery.objects.update(state="refused", code="5.1.1", reply="550 <no> such user")
    suppression.suppress(ADDRESS, "bounced")
    page = html(manager.get(action_url("inspect", subscription.subscriber)))
    for shown in (
        "form of this site",
        "one-click unsubscribe",
        "Send me each issue of “Daily”",
        "5.1.1 550 &lt;no&gt; such user",
        "Gets no mail: bounced",
    ):
        assert shown in page
    assert action_url("end", subscription) not in page


def test_manager_ends_a_subscription(manager, digest):
    subscription = subscribe(digest)
    url = action_url("end", subscription)
    assert url in html(manager.get(action_url("inspect", subscription.subscriber)))
    assert "“Daily”" in html(manager.get(url))
    subscription.refresh_from_db()
    assert subscription.state == "active"
    manager.post(url)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.end_reason) == ("ended", "editor")
    assert "has ended already" in html(manager.post(url, follow=True))
    assert ModelLogEntry.objects.filter(action="digest_newsletter.end").count() == 1


def age_letters():
    EmailDelivery.objects.update(created_at=timezone.now() - timedelta(hours=1))


def test_manager_sends_the_letter_again(manager, digest):
    sign_up(digest)
    url = action_url("resend", Subscription.objects.get())
    assert "in the last ten minutes" in html(manager.post(url, follow=True))
    age_letters()
    manager.get(url)
    assert EmailDelivery.objects.count() == 1
    manager.post(url)
    assert list(EmailDelivery.objects.values_list("kind", "state")) == [("confirm", "waiting")] * 2


def test_letter_is_not_sent_again_to_active_readers(manager, digest):
    subscription = subscribe(digest)
    age_letters()
    page = html(manager.post(action_url("resend", subscription), follow=True))
    assert "does not wait for a confirmation" in page
    assert EmailDelivery.objects.count() == 1
    assert "resend" not in html(manager.get(action_url("inspect", subscription.subscriber)))


def test_letter_is_not_sent_again_to_suppressed_readers_or_too_often(manager, digest):
    sign_up(digest)
    subscription = Subscription.objects.get()
    age_letters()
    EmailDelivery.objects.bulk_create(
        EmailDelivery(kind="confirm", subscription=subscription) for _number in range(2)
    )
    age_letters()
    url = action_url("resend", subscription)
    assert "has had enough" in html(manager.post(url, follow=True))
    suppression.suppress(ADDRESS, "asked")
    assert "the address gets no mail" in html(manager.post(url, follow=True))
    assert EmailDelivery.objects.count() == 3


def test_manager_allows_mail_to_an_address_that_bounced(manager, digest):
    subscriber = subscribe(digest).subscriber
    bounces.note_bounce(subscriber)
    url = action_url("lift", subscriber)
    page = html(manager.get(action_url("inspect", subscriber)))
    assert "Gets no mail: bounced" in page
    assert url in page
    assert "Note" not in html(manager.get(url))
    assert "can get mail again" in html(manager.post(url, follow=True))
    assert Subscription.objects.get().state == "active"
    assert "can get mail already" in html(manager.post(url, follow=True))
    assert ModelLogEntry.objects.get().action == "digest_newsletter.lift"


def test_manager_allows_mail_to_a_reader_who_left_only_with_a_note(manager, admin_client, digest):
    subscriber = subscribe(digest).subscriber
    subscriptions.block(subscriber)
    url = action_url("lift", subscriber)
    for note in ("", f"{ADDRESS} has asked for it"):
        assert "error-message" in html(manager.post(url, {"note": note}))
        assert suppression.reason_of(ADDRESS) == "asked"
    manager.post(url, {"note": "By telephone today"})
    assert suppression.reason_of(ADDRESS) is None
    assert Subscription.objects.get().state == "ended"
    report = html(admin_client.get("/admin/reports/site-history/"))
    assert "Mail allowed again: By telephone today" in report


def test_manager_allows_mail_to_all_that_bounced_in_a_mailing(manager, digest):
    mailing = Mailing.objects.create(digest=digest)
    for number in range(2):
        subscription = subscribe(digest, f"reader{number}@example.org")
        subscription.deliveries.create(kind="issue", mailing=mailing, state="refused")
        bounces.note_bounce(subscription.subscriber, mailing)
    url = action_url("lift_mailing", mailing)
    assert "2 addresses bounced" in html(manager.get(url))
    page = manager.post(f"{url}?next={SETTINGS}")
    assert page.url == SETTINGS
    assert not Subscription.objects.exclude(state="active").exists()
    assert "No address is suppressed" in html(manager.post(url, follow=True))


def test_manager_erases_a_subscriber(manager, digest, django_capture_on_commit_callbacks):
    subscriber = subscribe(digest).subscriber
    url = action_url("erase", subscriber)
    assert 'class="button serious"' in html(manager.get(url))
    with django_capture_on_commit_callbacks(execute=True):
        page = html(manager.post(url, follow=True))
    assert "were erased" in page
    assert not Subscriber.objects.exists()
    entry = ModelLogEntry.objects.get(action="digest_newsletter.erase")
    assert (entry.user.username, entry.deleted) == ("Newsletter managers", True)
    assert ADDRESS not in dump()
    assert manager.post(url).status_code == 404


def test_all_actions_leave_no_address_behind(manager, digest):
    sign_up(digest)
    subscription = Subscription.objects.get()
    age_letters()
    for name in ("resend", "end"):
        manager.post(action_url(name, subscription))
    manager.post(action_url("erase", subscription.subscriber))
    assert ModelLogEntry.objects.count() == 3
    assert ADDRESS not in dump()


def test_log_is_shown_in_the_report(admin_client, digest):
    admin_client.post(action_url("end", subscribe(digest)))
    assert "Subscription ended" in html(admin_client.get("/admin/reports/site-history/"))


def test_actions_need_a_csrf_token(manager, digest):
    subscription = subscribe(digest)
    manager.handler.enforce_csrf_checks = True
    urls = [action_url("end", subscription), action_url("erase", subscription.subscriber)]
    assert [manager.post(url).status_code for url in urls] == [403, 403]


@pytest.mark.parametrize("group", ["Digest writers", "Digest editors"])
def test_writers_and_editors_see_no_address(log_in, digest, group):
    client, subscription = log_in(group), subscribe(digest)
    urls = [SETTINGS, SUBSCRIBERS, f"{SUBSCRIBERS}results/", edit_url(digest)]
    urls += [action_url(name, subscription) for name in ("end", "resend")]
    urls += [action_url(name, subscription.subscriber) for name in ("inspect", "erase", "lift")]
    urls.append(action_url("lift_mailing", Mailing.objects.create(digest=digest)))
    for url in urls:
        assert client.get(url).status_code == 302
        assert client.post(url).status_code in (302, 405)
    assert Subscription.objects.get().state == "active"
    assert "Subscribers" not in html(client.get("/admin/"))


def test_manager_sees_both_in_the_menu_and_nothing_else(manager):
    page = html(manager.get("/admin/"))
    assert SETTINGS in page
    assert SUBSCRIBERS in page
    assert manager.get("/admin/digest/sources/").status_code == 302


def test_nobody_adds_or_edits_a_subscriber(admin_client, digest):
    subscriber = subscribe(digest).subscriber
    for path in ("new/", f"edit/{subscriber.pk}/", f"delete/{subscriber.pk}/"):
        assert admin_client.get(f"{SUBSCRIBERS}{path}").status_code == 404
        assert admin_client.get(f"{SETTINGS}new/").status_code == 404


def delete_url(page):
    return reverse("wagtailadmin_pages:delete", args=[page.pk])


def bulk_url(*pages):
    query = "&".join(f"id={page.pk}" for page in pages)
    return f"/admin/bulk/wagtailcore/page/delete/?{query}&next=/admin/"


@pytest.mark.parametrize("state", ["pending", "active", "ended"])
def test_digest_with_subscriptions_is_not_deleted(admin_client, digest, home_page, state):
    subscribe(digest)
    Subscription.objects.update(state=state)
    folder = home_page.add_child(instance=DigestPage(title="Folder", slug="folder"))
    for url in (delete_url(digest), delete_url(home_page), bulk_url(folder, digest)):
        page = html(admin_client.post(url, follow=True))
        assert "“Daily” cannot be deleted" in page
    assert "cannot be deleted" in html(admin_client.get(delete_url(digest), follow=True))
    assert DigestPage.objects.count() == 2


def test_digest_without_subscriptions_is_deleted(admin_client, digest, home_page):
    weekly = make_digest(home_page, "weekly")
    open_newsletter(weekly)
    signup.consent_text(newsletter_of(weekly))
    subscribe(digest)
    admin_client.post(delete_url(weekly))
    subscriptions.erase(Subscriber.objects.get())
    admin_client.post(bulk_url(digest))
    assert not DigestPage.objects.exists()
