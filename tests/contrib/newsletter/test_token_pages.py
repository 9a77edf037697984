"""The pages behind the links of letters and mails."""

import logging
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from digest.contrib.newsletter import subscriptions, suppression, tokens
from digest.contrib.newsletter.models import (
    ConsentText,
    EmailDelivery,
    Subscriber,
    Subscription,
)
from digest.contrib.newsletter.tokens import Purpose
from tests.builders import make_digest, make_issue, restrict
from tests.contrib.newsletter.readers import open_newsletter, sign_up, subscribe
from tests.visibility.responses import is_same_response

pytestmark = pytest.mark.django_db
PAGES = ["confirm", "unsubscribe", "one-click", "preferences", "block"]
SIGNED = ["confirm", "preferences", "block"]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def newsletter(digest):
    return open_newsletter(
        digest, imprint="Ada Quill\n1 Ink Street", privacy_url="https://a.test/p"
    )


@pytest.fixture
def pending(newsletter):
    sign_up(newsletter.digest)
    return Subscription.objects.get()


@pytest.fixture
def active(newsletter):
    return subscribe(newsletter.digest)


def token(page, subscription, now=None):
    """Return the token of a page for a subscription, as in a letter that is sent now."""
    if page in ("unsubscribe", "one-click"):
        return subscription.unsubscribe_token
    row = subscription if page == "confirm" else subscription.subscriber
    return tokens.make(Purpose(page), row.pk, row.counter, now or timezone.now())


def url(page, subscription, **kwargs):
    return reverse(f"digest:newsletter:{page}", args=[token(page, subscription, **kwargs)])


def get(page, subscription, client=None):
    response = (client or Client()).get(url(page, subscription))
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml")


def post(page, subscription, data=None, **kwargs):
    client = Client(enforce_csrf_checks=True)
    return client.post(url(page, subscription), data or {}, **kwargs)


def read(response):
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml")


def rows():
    """Return all rows of the newsletter's tables."""
    models = apps.get_app_config("digest_newsletter").get_models()
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


# Confirming


def test_confirmation_is_one_sentence_and_one_button(pending):
    page = get("confirm", pending)
    assert [button.get_text() for button in page.select("main button")] == ["Subscribe to Daily"]
    assert "Daily will be sent to r•••r@example.org by e-mail." in page.main.get_text()
    assert page.aside.get_text(" ", strip=True) == "Ada Quill 1 Ink Street Privacy policy"


def test_button_confirms_and_leads_to_the_latest_public_issue(pending, digest):
    make_issue(digest, 13, title="Grids agree")
    make_issue(digest, 14, title="A draft", publish=False)
    page = read(post("confirm", pending))
    assert page.h1.get_text() == "You are subscribed"
    link = page.main.find("a", string="Read the latest issue: Grids agree")
    assert Client().get(link["href"]).status_code == 200
    pending.refresh_from_db()
    assert pending.state == "active"


def test_confirming_again_says_the_same(pending):
    first = post("confirm", pending)
    assert post("confirm", pending).content == first.content
    assert get("confirm", pending).h1.get_text() == "You are subscribed"


def test_subscription_to_a_hidden_digest_cannot_be_confirmed(pending, digest):
    restrict(digest)
    assert post("confirm", pending).status_code == 404
    pending.refresh_from_db()
    assert pending.state == "pending"


# Leaving


def test_button_ends_the_subscription(active):
    page = get("unsubscribe", active)
    assert page.form.button.get_text() == "Unsubscribe from Daily"
    assert page.form["action"] == url("unsubscribe", active)
    assert read(post("unsubscribe", active)).h1.get_text() == "You are unsubscribed"
    active.refresh_from_db()
    assert (active.state, active.end_reason) == ("ended", "page")
    assert not get("unsubscribe", active).form


def test_subscription_to_a_hidden_digest_can_be_ended_without_its_title(active, digest):
    type(digest).objects.filter(pk=digest.pk).update(title="Unannounced")
    restrict(digest)
    for response in (get("unsubscribe", active), read(post("unsubscribe", active))):
        assert "This newsletter" in response.get_text()
        assert "Unannounced" not in str(response)


def test_unsubscribe_link_works_after_a_new_secret_key(active, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []
    assert post("one-click", active, ONE_CLICK).status_code == 200
    active.refresh_from_db()
    assert active.state == "ended"


FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
SPELLINGS = [
    {"data": ONE_CLICK},  # multipart
    {"data": "List-Unsubscribe=One-Click", "content_type": FORM},
    {"data": "List-Unsubscribe=One-Click\r\n", "content_type": f"{FORM}; charset=UTF-8"},
    {"data": ONE_CLICK, "headers": {"origin": "https://mail.test"}},
    {"data": ONE_CLICK, "headers": {"sec-fetch-site": "cross-site", "cookie": "sessionid=x"}},
    {"data": ONE_CLICK, "headers": {"user-agent": "", "accept": "text/plain"}},
]
OTHER_BODIES = [
    ("", FORM),
    ("List-Unsubscribe=Two-Clicks", FORM),
    ("x=One-Click", FORM),
    ("a=1&" * 20_000, FORM),
    ("List-Unsubscribe=One-Click", MULTIPART),
    ("List-Unsubscribe=One-Click", f"{MULTIPART}; boundary=x"),
    ("List-Unsubscribe=One-Click", "text/plain"),
    ('{"List-Unsubscribe": "One-Click"}', "application/json"),
]


def test_one_click_ends_the_subscription_in_all_spellings(active):
    for spelling in SPELLINGS:
        Subscription.objects.update(state="active")
        for _time in range(2):
            response = post("one-click", active, **spelling)
            assert (response.status_code, response.content) == (200, b"Unsubscribed\n")
            assert response["Content-Type"].startswith("text/plain")
            assert not response.cookies
        active.refresh_from_db()
        assert (active.state, active.end_reason) == ("ended", "one_click"), spelling


def test_one_click_without_the_last_slash_is_not_redirected(active, client):
    path = url("one-click", active).rstrip("/")
    assert "Unsubscribe" in client.get(path).content.decode()
    response = client.post(path, ONE_CLICK)
    assert (response.status_code, response.content) == (200, b"Unsubscribed\n")


def test_body_that_is_too_large(active, client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    for path in (url("one-click", active), "/newsletter/subscribe/daily/"):
        response = client.post(path, "email=" + "1" * 200, content_type=FORM)
        assert (response.status_code, response.content) == (413, b"Content too large\n")
        assert response["Cache-Control"].endswith("no-store")


def test_other_bodies_show_the_button(active):
    before = rows()
    for body, content_type in OTHER_BODIES:
        response = post("one-click", active, body, content_type=content_type)
        assert read(response).form["action"] == url("unsubscribe", active), body[:20]
    assert rows() == before


def test_one_click_ends_the_subscription_to_this_digest_only(active, home_page):
    open_newsletter(weekly := make_digest(home_page, "weekly"))
    EmailDelivery.objects.all().delete()
    other = subscribe(weekly)
    post("one-click", active, ONE_CLICK)
    states = dict(Subscription.objects.values_list("pk", "state"))
    assert states == {active.pk: "ended", other.pk: "active"}


# Never write to me again


def test_button_blocks_the_address(pending):
    assert "r•••r@example.org" in get("block", pending).main.get_text()
    page = read(post("block", pending))
    assert page.h1.get_text() == "We will not write again"
    assert suppression.reason_of("reader@example.org") == "asked"
    assert read(post("block", pending)).h1.get_text() == "We will not write again"


# What is stored


def test_preferences_show_everything_about_the_address(active):
    subscriptions.end(active, "one_click")
    active.deliveries.update(state="refused", code="550 5.1.1")
    suppression.suppress(active.subscriber.key, "bounced")
    text = get("preferences", active).main.get_text(" ", strip=True)
    for part in (
        *("reader@example.org", "Daily", "State ended", "form of this site", "one-click"),
        *("Confirmed", "Ended", "Send me each issue of “Daily” by e-mail.", "(version of "),
        *("Mail confirmation", "refused (550 5.1.1)", "It gets no mail: bounced."),
    ):
        assert part in text, part


def test_one_subscription_is_ended(active, home_page):
    open_newsletter(weekly := make_digest(home_page, "weekly"))
    EmailDelivery.objects.all().delete()
    other = subscribe(weekly)
    page = read(post("preferences", active, {"end": active.pk}))
    assert page.select_one("[role=status]").get_text() == "The subscription has ended."
    assert [button["value"] for button in page.select("[name=end]")] == [str(other.pk)]
    active.refresh_from_db()
    assert (active.state, active.end_reason) == ("ended", "page")


def test_button_of_a_large_number_has_no_separator(active, home_page, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    weekly, reader = make_digest(home_page, "weekly"), active.subscriber
    fields = {"digest": weekly, "subscriber": reader, "state": "active", "source": "form"}
    Subscription.objects.create(pk=5000, **fields)
    buttons = get("preferences", active).select("[name=end]")
    assert "5000" in [button["value"] for button in buttons]


def test_subscription_of_another_reader_stays(active, newsletter):
    other = subscribe(newsletter.digest, "other@example.org")
    for value in (other.pk, "", "x", "0", "-1", "9" * 40, "\x00", "²"):
        page = read(post("preferences", active, {"end": value}))
        assert not page.select("[role=status]")
    assert set(Subscription.objects.values_list("state", flat=True)) == {"active"}


def test_everything_is_erased_once_the_box_is_ticked(active):
    response = post("preferences", active, {"erase": "all"})
    box = BeautifulSoup(response.content, "lxml").select_one("[name=sure]")
    assert (response.status_code, box["aria-describedby"]) == (400, "sure-error")
    assert Subscriber.objects.exists()
    page = read(post("preferences", active, {"erase": "all", "sure": "on"}))
    assert page.h1.get_text() == "Your address is erased"
    assert not Subscriber.objects.exists()
    assert post("preferences", active, {"erase": "all", "sure": "on"}).status_code == 404


def test_preferences_of_a_hidden_digest_have_no_title(active, digest):
    type(digest).objects.filter(pk=digest.pk).update(title="Unannounced")
    restrict(digest)
    page = get("preferences", active)
    assert page.section.h2.get_text() == "A newsletter that is not public now"
    assert "Unannounced" not in str(page)


def test_preferences_take_the_same_queries_for_all_subscriptions(
    active, home_page, django_assert_max_num_queries
):
    for number in range(5):
        digest = make_digest(home_page, f"paper-{number}")
        sign_up(digest, "elsewhere@example.org")
        Subscription.objects.filter(digest=digest).update(subscriber=active.subscriber)
    with django_assert_max_num_queries(16):
        assert len(get("preferences", active).select(".digest-stored")) == 7


# Tokens


def bad_tokens(page, subscription):
    good = token(page, subscription)
    now = timezone.now()
    yield from ("x", good[:-1], f"{good}x", f"{good}%20", "%00", "é", "a:b:c", "x" * 3000)
    yield from (token(other, subscription) for other in SIGNED if other != page)
    if page in SIGNED:
        yield token(page, subscription, now - tokens.LIFETIMES[Purpose(page)])
        yield subscription.unsubscribe_token
        yield signing.dumps([subscription.pk, 0, int(now.timestamp())])
        yield tokens.make(Purpose(page), 2**70, 0, now)


@pytest.mark.parametrize("page", PAGES)
def test_all_invalid_tokens_get_the_same_404(active, client, page):
    before = rows()
    nothing = client.get("/newsletter/block/x/")
    assert nothing.status_code == 404
    assert BeautifulSoup(nothing.content, "lxml").main.a["href"] == "/"
    at = reverse(f"digest:newsletter:{page}", args=["-"])
    for bad in bad_tokens(page, active):
        for method in ("get", "post"):
            path = at.replace("/-/", f"/{bad}/") + "?locale=fr"
            response = getattr(Client(), method)(path, ONE_CLICK)
            assert is_same_response(response, nothing), bad
    assert rows() == before


def test_link_does_not_work_after_leaving(active):
    path = url("confirm", active)
    subscriptions.end(active, "page")
    assert Client().post(path).status_code == 404
    active.refresh_from_db()
    assert active.state == "ended"


def test_expired_link_does_not_work(pending):
    hours = [timedelta(hours=47), timedelta(hours=48)]
    paths = [url("confirm", pending, now=timezone.now() - age) for age in hours]
    assert [Client().get(path).status_code for path in paths] == [200, 404]


@pytest.mark.parametrize("page", PAGES)
def test_safe_methods_change_no_row(pending, page):
    before = rows()
    for method in ("get", "head", "options"):
        response = getattr(Client(), method)(url(page, pending))
        assert response.status_code == (204 if method == "options" else 200)
    assert rows() == before


def test_pages_are_private_and_without_cookies(active, admin_client):
    old = Client(headers={"cookie": "sessionid=expired; csrftoken=x"})
    for path in (url(page, active) for page in PAGES):
        for response in (admin_client.get(path), old.get(path), old.options(path)):
            assert response["Cache-Control"] == "no-store"
            assert response["X-Robots-Tag"] == "noindex"
            assert response["Referrer-Policy"] == "no-referrer"
            assert not response.cookies
            assert "Cookie" not in response.get("Vary", "")
        assert is_same_response(admin_client.get(path), Client().get(path))


@pytest.mark.parametrize(
    ("code", "lang", "button"),
    [
        ("de", "de", "Daily abbestellen"),
        ("fr", "fr", "Se désabonner de Daily"),
        ("es-mx", "es-mx", "Cancelar la suscripción a Daily"),
        ("ar", "en", "Unsubscribe from Daily"),  # without a translation
    ],
)
def test_pages_are_in_the_language_of_the_digest(pending, digest, code, lang, button):
    type(digest.locale).objects.filter(pk=digest.locale_id).update(language_code=code)
    html = get("unsubscribe", pending).html
    assert (html["lang"], html["dir"], html.form.button.get_text()) == (lang, "ltr", button)


def test_texts_are_escaped(active, newsletter, digest):
    type(digest).objects.filter(pk=digest.pk).update(title=SCRIPT)
    ConsentText.objects.update(text=SCRIPT)
    newsletter.imprint, newsletter.privacy_url = SCRIPT, "javascript:alert(1)"
    newsletter.save()
    make_issue(digest, title=SCRIPT)
    for page in PAGES:
        found = get(page, active)
        assert "alert(1)" in found.get_text() or page == "block"
        assert not found.select("script, img, [onerror], [href^=javascript]")


@pytest.mark.parametrize("page", PAGES)
def test_tokens_are_in_no_log_record(active, page, caplog, monkeypatch):
    for name in ("django.request", "django.server"):
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    secret, path = token(page, active), url(page, active)
    Subscriber.objects.all().delete()
    with caplog.at_level(logging.DEBUG):
        Client().get(path)
        Client().get(path, headers={"host": "a b"})
        logging.getLogger("django.server").info('"GET %s HTTP/1.1" 200', path)
    assert len(caplog.records) >= 3
    for record in caplog.records:
        request = getattr(record, "request", None)
        shown = f"{record.getMessage()} {request!r} {getattr(request, 'META', '')}"
        assert secret not in shown
        assert secret.partition(":")[0] not in shown
