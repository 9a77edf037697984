"""What is done for each mail, issue or sign-up, beside the least that it could cost."""

from collections.abc import Iterator
from typing import Any

from django.core.mail import EmailMultiAlternatives

from benchmarks.client import Client
from benchmarks.measure import Variant, measure
from benchmarks.newsletter import readers
from benchmarks.tables import at_least, at_most
from digest.contrib.newsletter import queue
from digest.contrib.newsletter.composing import compose
from digest.contrib.newsletter.messages import QUOTED_PRINTABLE, IssueMessages
from digest.contrib.newsletter.models import NewsletterSettings

OURS, OTHER = "ours", "other"
NOT_CACHED = {"DIGEST_CACHE_SECONDS": 0}
NOT_LIMITED = {"DIGEST_NEWSLETTER_SIGNUP_RATE": None}
LEAST_MESSAGES, MOST_COMPOSING, MOST_SIGN_UP = 0.8, 3, 6


def figures(issue: Any, rounds: int, chosen: set[str]) -> Iterator[str]:
    if "messages" in chosen:
        found = _times(_messages(issue), rounds)
        text = f"messages/s, {1 / found[OURS]:,.0f}: of Django's own"
        yield at_least(text, found[OTHER] / found[OURS], LEAST_MESSAGES)
    if "composing" in chosen:
        found = _times(_composing(issue), rounds)
        text = f"composing an issue, {found[OURS] * 1000:.0f} ms: of its page"
        yield at_most(text, found[OURS] / found[OTHER], MOST_COMPOSING)
    if "sign-up" in chosen:
        found = _times(_sign_up(issue.get_parent()), rounds)
        text = f"a sign-up, {found[OURS] * 1000:.1f} ms: of an empty POST"
        yield at_most(text, found[OURS] / found[OTHER], MOST_SIGN_UP)


def _times(variants: dict[str, Variant], rounds: int) -> dict[str, float]:
    """Return the seconds of CPU of each variant, the database's included."""
    found = measure(variants, rounds, timeout=60)
    return {label: figures.cpu / 1000 for label, figures in found.items()}


def _messages(issue: Any) -> dict[str, Variant]:
    """Return ours, and Django's message of the same texts in the same encoding."""
    mailing = readers.start_mailing(issue)
    readers.fill(mailing)
    [mail, *_others] = queue.claim_mails(mailing)
    messages = IssueMessages(mailing)

    def plain() -> int:
        message = EmailMultiAlternatives(
            mailing.subject, mailing.text, "news@example.org", ["reader@example.org"]
        )
        message.attach_alternative(mailing.html, "text/html")
        message.encoding = QUOTED_PRINTABLE
        return len(message.message().as_bytes())

    return {
        OURS: Variant(lambda: len(messages.message(mail).message().as_bytes())),
        OTHER: Variant(plain),
    }


def _composing(issue: Any) -> dict[str, Variant]:
    newsletter = NewsletterSettings.objects.get()
    page = Client().variant([issue.get_url()], settings=NOT_CACHED)
    return {OURS: Variant(lambda: compose(issue, newsletter).size), OTHER: page}


def _sign_up(digest: Any) -> dict[str, Variant]:
    client, url = Client(), f"/api/v1/digests/{digest.slug}/subscriptions/"
    data = {"email": "reader@example.org"}
    return {
        OURS: client.post_variant(url, data, NOT_LIMITED),
        OTHER: client.post_variant("/empty-post/", data),
    }
