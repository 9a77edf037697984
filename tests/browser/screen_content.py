"""Content for ``tests/browser/screens.py``: something to show on every screen, created once."""

from datetime import time, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.search_promotions.models import Query, SearchPromotion
from wagtail.models import Locale, Site

from digest.contrib.newsletter import suppression, tokens
from digest.contrib.newsletter.models import EmailDelivery, Subscription
from digest.contrib.newsletter.tokens import Purpose
from digest.contrib.newsletter.transfer import importing
from digest.contrib.search.log import log_search
from digest.contrib.search.models import Synonyms
from digest.contrib.submissions.models import ApiKey, DigestDisclosure, Submission
from digest.importing import read_document
from digest.importing.review.mapping import store_document
from digest.models import DigestPage, IssuePage
from digest.sources.models import Source, State
from tests.admin.helpers import schedule
from tests.builders import block, body, make_digest, make_image, make_issue, restrict, source, story
from tests.contrib.newsletter.mails import make_mailing, make_mails
from tests.contrib.newsletter.readers import confirm_token, open_newsletter, sign_up, subscribe
from tests.contrib.newsletter.rich_issue import make_rich_issue
from tests.contrib.newsletter.transfer.uploads import import_file, upload
from tests.contrib.submissions.builders import approve, make_submitted
from tests.contrib.webhooks.builders import make_delivery, make_endpoint, make_event
from tests.previews.helpers import token_of

ARABIC = "توقع واحد لثلاث شبكات"
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
FIELDS = {
    "tagline": "Five minutes a day",
    "usual_time": time(6),
    **{f"giscus_{name}": "x" for name in ("repo", "repo_id", "category", "category_id")},
}
TEXTS = {"imprint": "Ada Quill\n1 Ink Street", "privacy_url": "https://example.com/privacy"}
LIST = "Name;E-mail;Status\nAnn;ann@example.org;active\nx;x;active\n"
DOCUMENT = """---
title: Sand stores heat
date: 2026-03-09
---

## A basement holds sand

It is warm, [the pilot](https://example.com/pilot) says.

Why it matters: It needs no land.

| Place | Heat |
|---|---|
| Cellar | 500 |

Bottom line: Sand is cheap.
"""


def make_content(home_page: Any, digest: DigestPage, site_url: str) -> dict[str, Any]:
    """Create the content, and return the values of ``{names}`` in the table of screens."""
    serve_at(site_url)
    user = User.objects.create_superuser("edith", "edith@example.org", "a-good-password")
    return {
        "home": home_page.pk,
        "digest": digest.pk,
        "server_error": render_to_string("500.html"),
        **make_issues(home_page, digest, user),
        **make_newsletter(home_page, digest),
        **make_mailings(digest),
        **make_imports(digest, user),
        **make_search(digest),
        **make_submissions(digest, user),
        **make_webhooks(user),
        **make_sources(),
    }


def serve_at(site_url: str) -> None:
    site = Site.objects.get()
    site.hostname, site.port = "localhost", urlsplit(site_url).port
    site.save()  # clears Wagtail's cached site root paths


def make_issues(home_page: Any, digest: DigestPage, user: User) -> dict[str, Any]:
    """Create issues in all states: long ones, Arabic ones, drafts, a scheduled one."""
    type(digest).objects.filter(pk=digest.pk).update(**FIELDS)
    digest.refresh_from_db()
    issue = make_rich_issue(digest, *long_stories(), images=[make_image() for _ in range(3)])
    issue.tags.add("Power", "Open data", LONG_WORD)
    issue.byline, issue.correction = "Ada Quill", "It was nine, not six.\nWe regret it."
    issue.save_revision().publish()
    make_issue(digest, 16, title=ARABIC, tags=("طاقة",), body=arabic_body())
    make_arabic_digest(home_page)
    private = make_issue(make_digest(home_page, "members"), 12)
    restriction = restrict(private, "password")
    draft = make_issue(digest, 17, publish=False, title="A draft", body=unfinished_body())
    tomorrow, then = (timezone.localdate() + timedelta(days=days) for days in (1, 2))
    schedule(make_issue(digest, tomorrow, publish=False))
    return {
        "issue": issue.pk,
        "draft": draft.pk,
        "coming": make_issue(digest, then, publish=False).pk,
        "private": private.pk,
        "restriction": restriction.pk,
        "token": token_of(draft, user, is_shared=True),
        "tag": issue.tags.get(name="Power").pk,
    }


def long_stories() -> list[dict[str, Any]]:
    """Return stories with long words, so many that the contents fold."""
    text = f"<p>{LONG_WORD * 2}</p><blockquote>{LONG_WORD}</blockquote><code>{LONG_WORD}</code>"
    cited = source(title=LONG_WORD, publisher=LONG_WORD, author=LONG_WORD, url="https://a.example/")
    fields = {"body": text, "why_it_matters": text, "sources": [cited] * 3}
    return [story(f"{number}. {LONG_WORD}", **fields) for number in range(9)]


def arabic_body() -> str:
    text = f"<p>{ARABIC}</p><ul><li>{ARABIC}</li></ul><blockquote>{ARABIC}</blockquote>"
    sources = [source(title=ARABIC, publisher=ARABIC, url="https://example.com/ar")]
    return body(*[story(ARABIC, body=text, sources=sources)] * 10, summary=ARABIC)


def make_arabic_digest(home_page: Any) -> None:
    """Create a digest whose pages are written from right to left."""
    digest = make_digest(home_page, "nashra", title=ARABIC)
    make_issue(digest, 20, title=ARABIC, tags=("طاقة",), body=arabic_body())
    locale = Locale.objects.create(language_code="ar")
    for model in (DigestPage, IssuePage):
        model.objects.filter(path__startswith=digest.path).update(locale=locale)


def unfinished_body() -> str:
    """Return a body with something for the checklist to find."""
    text = '<p>It is <a href="https://a.example/b">here</a>. It rained.</p>'
    sources = block("sources", items=[source(title="A map", url="https://a.example/map")])
    return body(story("Tides", body=text, why_it_matters=""), story("Bells"), sources)


def make_newsletter(home_page: Any, digest: DigestPage) -> dict[str, Any]:
    """Open newsletters, and sign readers up: one has not confirmed, one gets no mail."""
    settings = open_newsletter(digest, **TEXTS)
    open_newsletter(make_digest(home_page, "weekly"), **TEXTS)
    sign_up(digest, "ada.reader@example.org")
    subscription = Subscription.objects.get()
    reader, now = subscription.subscriber, timezone.now()
    EmailDelivery.objects.update(at=now - timedelta(days=1))  # it waits: the dashboard shows it
    bounced = subscribe(digest, "bea@example.org")
    suppression.suppress("bea@example.org", "asked")
    return {
        "newsletter": settings.pk,
        "closed": make_digest(home_page, "closed").pk,
        "subscriber": reader.pk,
        "subscription": subscription.pk,
        "bounced": bounced.subscriber_id,
        "confirm": confirm_token(subscription),
        "unsubscribe": subscription.unsubscribe_token,
        "preferences": tokens.make(Purpose.PREFERENCES, reader.pk, reader.counter, now),
        "block": tokens.make(Purpose.BLOCK, reader.pk, reader.counter, now),
    }


def make_mailings(digest: DigestPage) -> dict[str, Any]:
    """Create a mailing in each state that has a page of its own."""
    issue = make_issue(digest, 18, title="Grids agree")
    sending = make_mailing(issue, planned=4)
    mails = make_mails(sending, "accepted", "waiting", "unknown", code="550 5.7.1")
    mails += make_mails(sending, "refused", code="550 5.7.1", reply="blocked")
    states = {
        state: make_mailing(make_issue(digest, day, title=f"Issue {day}"), state).pk
        for day, state in enumerate(("paused", "scheduled", "stopped", "done"), start=21)
    }
    unreviewed = make_submitted(digest, 25, title="Issue 25")
    return states | {
        "held": make_mailing(unreviewed, "held", reason="unreviewed").pk,
        "sending": sending.pk,
        "mail": mails[2].pk,
        "active": mails[0].subscription.subscriber_id,
    }


def make_imports(digest: DigestPage, user: User) -> dict[str, Any]:
    """Upload documents and lists of subscribers; the lists are at each step of their import."""
    document = store_document(read_document(DOCUMENT.encode(), "sand.md"), digest, user)
    poor = store_document(read_document(b"And a text.\n\n---\n", "poor.md"), digest, user)
    checked = upload(digest, LIST, user=user, columns={"address": 1}, state="checking")
    importing.run()
    return {
        "document": document.pk,
        "poor": poor.pk,
        "list": upload(digest, LIST, user=user, format="").pk,
        "checked": checked.pk,
        "imported": import_file(digest, LIST, user=user, columns={"address": 1}).pk,
    }


def make_search(digest: DigestPage) -> dict[str, Any]:
    for query, results in (("grids", 2), ("tides", 0)):
        log_search(Site.objects.get(), query, results)
    promotion = Query.get("grids")
    SearchPromotion.objects.create(query=promotion, page=digest, description="All of it")
    synonyms = Synonyms.objects.create(terms="grid, network")
    return {"synonyms": synonyms.pk, "query": promotion.pk}


def make_sources() -> dict[str, Any]:
    """Give the cited sources different states."""
    states = ["dead", "moved", "found", "unreachable", "refused"]
    sources = list(Source.objects.order_by("pk"))
    for row, state in zip(sources, states, strict=False):
        row.state, row.http_status, row.checked_at = State(state), 404, timezone.now()
        row.save()
        row.checks.create(state=row.state, checked_at=row.checked_at, http_status=404)
    return {"source": sources[0].pk}


def make_submissions(digest: DigestPage, user: User) -> dict[str, Any]:
    """Submit a document with a key that expires soon, and revoke another one."""
    key, text = ApiKey.make("A script", user, [digest], timezone.now() + timedelta(days=3))
    ApiKey.make("An old script", user, [digest])[0].revoke()
    data = {"digest": digest.slug, "made_with": "a-model 4", "note": "See the table."}
    data["document"] = {"format": "markdown", "text": DOCUMENT}
    headers = {"Authorization": f"Bearer {text}", "Idempotency-Key": "6f1c"}
    url = reverse("digest:api:submissions")
    response = Client().post(url, data, content_type="application/json", headers=headers)
    assert response.status_code == 201, response.json()
    make_disclosed(digest)
    return {"key": key.pk, "submitted": Submission.objects.get(key=key).issue_id}


def make_disclosed(digest: DigestPage) -> None:
    """Create an issue whose disclosure to readers has long words."""
    issue = make_submitted(digest, 11, title="Written by a model")
    text = f"A model has written this. {LONG_WORD}"
    DigestDisclosure.objects.create(digest=digest, text=text, name_approver=True)
    approve(issue, timezone.now(), LONG_WORD)


def make_webhooks(user: User) -> dict[str, Any]:
    """Create a webhook with a test and a failed delivery, and a disabled one."""
    endpoint = make_endpoint(name=LONG_WORD, created_by=user)
    attempt = {"at": "2026-04-14T12:00:00Z", "ms": 35, "status": 500, "error": "", "response": ""}
    attempts = [attempt | {"response": f"{LONG_WORD * 3}\n" * 20}]
    make_delivery(endpoint, make_event("webhook.ping"), state="failed", attempts=attempts)
    make_delivery(endpoint, state="failed", attempts=attempts)
    make_delivery(endpoint)
    disabled = make_endpoint(is_active=False, disabled_reason="gone")
    make_event()
    return {"webhook": endpoint.pk, "disabled_webhook": disabled.pk}
