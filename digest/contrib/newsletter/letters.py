"""Compose letters: the mails by which a reader confirms, leaves, or opens the preferences."""

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from digest.contrib.newsletter import links
from digest.contrib.newsletter.composing import inline_styles
from digest.contrib.newsletter.languages import language_of
from digest.contrib.newsletter.messages import Message, Sender, newsletter_of, sender_of
from digest.contrib.newsletter.models import EmailDelivery, NewsletterSettings
from digest.contrib.newsletter.plain_text import single_line
from digest.http.canonical import web_url
from digest.pages.public_urls import site_name

Kind = EmailDelivery.Kind


def compose(letter: EmailDelivery) -> Message:
    """Return the message of a letter, in the language of its digest if there is a translation.

    All text in it is the plugin's or an editor's: nobody can have a stranger read theirs.
    """
    digest = letter.subscription.digest
    newsletter = newsletter_of(digest)
    language = language_of(digest)
    with translation.override(language):
        context = _context(letter, newsletter, language)
        return Message(
            letter,
            _sender_of(letter, newsletter),
            subject=context["subject"],
            text=_render(letter, "txt", context),
            html=inline_styles(_render(letter, "html", context)),
            # So that no out-of-office reply comes (RFC 3834).
            headers={"Auto-Submitted": "auto-generated", "Content-Language": language},
        )


def _sender_of(letter: EmailDelivery, newsletter: NewsletterSettings) -> Sender:
    """Return the digest, or the site if the letter may be about a digest that is hidden now."""
    digest = letter.subscription.digest
    sender = sender_of(digest, newsletter)
    if letter.kind == Kind.PREFERENCES and not newsletter.from_name and (site := digest.get_site()):
        return sender._replace(name=site_name(site))
    return sender


def _context(letter: EmailDelivery, newsletter: NewsletterSettings, language: str) -> dict:
    title = single_line(letter.subscription.digest.title)
    subject, url = _subject_and_url(letter, title)
    return {
        "language": language,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "subject": subject,
        "title": title,
        "url": url,
        "block_url": links.block_url(letter),
        "imprint": "\n".join(map(single_line, newsletter.imprint.splitlines())),
        "privacy_url": web_url(newsletter.privacy_url) or "",
    }


def _subject_and_url(letter: EmailDelivery, title: str) -> tuple[str, str]:
    """Return the subject of a letter, and where its button leads."""
    if letter.kind == Kind.CONFIRM:
        return _("Confirm your subscription to %s") % title, links.confirm_url(letter)
    if letter.kind == Kind.ALREADY_SUBSCRIBED:
        subject = _("You already get %s") % title
        token = letter.subscription.unsubscribe_token
        return subject, links.unsubscribe_url(letter.subscription.digest, token)
    return _("Your newsletter preferences"), links.preferences_url(letter)


def _render(letter: EmailDelivery, extension: str, context: dict) -> str:
    return render_to_string(f"digest/newsletter/mail/{letter.kind}.{extension}", context)
