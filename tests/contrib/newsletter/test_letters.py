"""What letters say, in which language, and that nothing of a stranger is in them."""

import pytest
from wagtail.models import Locale

from digest.contrib.newsletter import languages, letters
from digest.contrib.newsletter.models import EmailDelivery, Subscription
from tests.contrib.newsletter.readers import open_newsletter, sign_up, subscribe

pytestmark = pytest.mark.django_db
KINDS = ["confirm", "already_subscribed", "preferences"]


@pytest.fixture
def newsletter(digest):
    return open_newsletter(
        digest, imprint="Harbour Press\r\nQuay 7, Port", privacy_url="https://example.org/privacy"
    )


def letter(digest, kind):
    """Return a letter that has been written to a reader."""
    sign_up(digest)
    subscription = Subscription.objects.get()
    EmailDelivery.objects.filter(subscription=subscription).update(kind=kind)
    return EmailDelivery.objects.get()


def texts(message):
    """Return the plain text and the HTML."""
    return message.body, message.alternatives[0][0]


def test_confirmation_has_one_button_and_a_way_out(digest, newsletter):
    message = letters.compose(letter(digest, "confirm"))
    assert message.subject == "Confirm your subscription to Daily"
    for text in texts(message):
        assert "To get each issue of “Daily” by e-mail" in text
        assert "valid for 48 hours" in text
        assert "Open the confirmation page" in text
        assert "Not you? Nothing happens." in text
        assert "Never write to me again" in text
        assert "http://localhost/newsletter/confirm/" in text
        assert "http://localhost/newsletter/block/" in text


def test_letter_with_the_preferences_does_not_name_the_digest(digest, newsletter, site):
    site.site_name = "The Harbour"
    site.save()
    digest.title = "Secret plans"
    digest.save()
    message = letters.compose(letter(digest, "preferences"))
    assert message.from_email.startswith('"The Harbour" <')
    assert "Secret plans" not in message.message().as_string()


def test_active_reader_can_unsubscribe(digest, newsletter):
    message = letters.compose(letter(digest, "already_subscribed"))
    token = Subscription.objects.get().unsubscribe_token
    assert message.subject == "You already get Daily"
    for text in texts(message):
        assert f"http://localhost/newsletter/unsubscribe/{token}/" in text
        assert "http://localhost/newsletter/block/" in text


def test_preferences_open_for_a_day(digest, newsletter):
    for text in texts(letters.compose(letter(digest, "preferences"))):
        assert "valid for 24 hours" in text
        assert "http://localhost/newsletter/preferences/" in text


@pytest.mark.parametrize("kind", KINDS)
def test_letters_name_the_publisher(digest, newsletter, kind):
    body, html = texts(letters.compose(letter(digest, kind)))
    assert "Harbour Press\nQuay 7, Port\nPrivacy policy: https://example.org/privacy\n" in body
    assert 'Harbour Press<br>Quay 7, Port<br><a href="https://example.org/privacy"' in html


@pytest.mark.parametrize("kind", KINDS)
def test_letters_need_no_settings_of_the_newsletter(digest, kind):
    body, html = texts(letters.compose(letter(digest, kind)))
    assert "Privacy policy" not in body + html
    assert body.strip().splitlines()[-1].startswith("http://localhost/newsletter/block/")


def test_first_link_of_the_text_is_the_button(digest):
    body, _html = texts(letters.compose(letter(digest, "confirm")))
    assert body.split("http", 1)[1].startswith("://localhost/newsletter/confirm/")


def test_title_is_escaped_in_html_only(digest):
    digest.title = "Salt & <b>Iron</b> \N{LINE SEPARATOR}News"
    digest.save()
    body, html = texts(letters.compose(letter(digest, "confirm")))
    assert "“Salt & <b>Iron</b> News”" in body
    assert "“Salt &amp; &lt;b&gt;Iron&lt;/b&gt; News”" in html


def translate(digest, language):
    digest.locale = Locale.objects.get_or_create(language_code=language)[0]
    digest.save()


@pytest.mark.parametrize(
    ("language", "button"),
    [
        ("de", "Bestätigungsseite öffnen"),
        ("de-at", "Bestätigungsseite öffnen"),
        ("fr", "Ouvrir la page de confirmation"),
        ("es", "Abrir la página de confirmación"),
        ("en-gb", "Open the confirmation page"),
    ],
)
def test_letter_is_in_the_language_of_the_digest(digest, newsletter, language, button):
    translate(digest, language)
    message = letters.compose(letter(digest, "confirm"))
    for text in texts(message):
        assert button in text
    assert f'<html lang="{language}" dir="ltr"' in texts(message)[1]
    assert message.extra_headers["Content-Language"] == language


def test_letter_without_a_translation_is_in_one_language(digest, newsletter):
    translate(digest, "ar")
    message = letters.compose(letter(digest, "confirm"))
    body, html = texts(message)
    assert "Privacy policy: " in body
    assert '<html lang="en" dir="ltr"' in html
    assert message.extra_headers["Content-Language"] == "en"


def test_letter_of_a_site_with_a_translation_of_its_own(digest, monkeypatch):
    translate(digest, "ar")
    monkeypatch.setattr(languages, "pgettext", lambda context, message: "ar")
    assert '<html lang="ar" dir="rtl"' in texts(letters.compose(letter(digest, "confirm")))[1]


def test_repeated_letter_has_the_same_bytes(digest, newsletter):
    first = letters.compose(letter(digest, "confirm")).message().as_bytes()
    again = letters.compose(EmailDelivery.objects.get()).message().as_bytes()
    assert first == again


def test_letter_is_no_bulk_mail(digest):
    mime = letters.compose(letter(digest, "confirm")).message()
    assert mime["Auto-Submitted"] == "auto-generated"
    assert not [name for name in mime if name.startswith("List-")]


def test_letter_shows_nothing_of_a_stranger(digest):
    subscribe(digest, "reader@example.org")
    for text in texts(letters.compose(EmailDelivery.objects.get())):
        assert "reader" not in text
