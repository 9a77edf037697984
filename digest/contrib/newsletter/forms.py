"""The form with which readers sign up: where it is shown, and what it posts.

It is a part of cached pages, so nothing in it depends on the visitor.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from wagtail.models import Site

from digest import visibility
from digest.conf import has_languages
from digest.contrib.newsletter import signup
from digest.contrib.newsletter.models import NewsletterSettings
from digest.pages.page_models import get_digest_page_model


class SignupForm(NamedTuple):
    """The form of a digest: its settings, and where it is posted."""

    digest: Any
    newsletter: NewsletterSettings
    url: str


def signup_forms(digests: Iterable[Any], site: Site | None) -> list[SignupForm]:
    """Return the forms of those digests that take sign-ups; pass public ones of the site."""
    by_pk = {digest.pk: digest for digest in digests}
    newsletters = signup.newsletter_settings(by_pk.values())
    opened = {pk: row for pk, row in newsletters.items() if row.takes_signups}
    return [
        SignupForm(digest, opened[pk], _url(digest, site))
        for pk, digest in by_pk.items()
        if pk in opened
    ]


def site_forms(request: HttpRequest) -> list[SignupForm]:
    """Return the forms of all public digests of the site that take sign-ups."""
    site = Site.find_for_request(request)
    digests = visibility.public(get_digest_page_model().objects.select_related("locale"), site)
    return signup_forms(digests, site)


def _url(digest: Any, site: Site | None) -> str:
    url = reverse("digest:newsletter:subscribe", args=[digest.slug])
    if site and has_languages() and digest.locale_id != site.root_page.locale_id:
        return f"{url}?{urlencode({'locale': digest.locale.language_code})}"
    return url


# For the slots of readers' pages


def on_digest_page(digest: Any, request: HttpRequest) -> dict[str, Any] | None:
    """Return the variables of the form on the page of a digest."""
    site = Site.find_for_request(request)
    forms = signup_forms([digest], site) if digest else []
    # Readers who have passed a view restriction see the page, too.
    if not forms or not visibility.is_public(digest, site):
        return None
    return {"form": forms[0]}


def on_issue_page(issue: Any, request: HttpRequest) -> dict[str, Any] | None:
    """Return the variables of the form at the end of an issue."""
    if getattr(request, "is_shared_preview", False):
        return None
    return on_digest_page(issue.digest, request)


def on_front_page(page: Any, request: HttpRequest) -> dict[str, Any] | None:
    """Return the variables of the forms of all digests in the language of the front page."""
    forms = site_forms(request)
    if has_languages():
        forms = [form for form in forms if form.digest.locale_id == page.locale_id]
    return {"forms": forms} if forms else None


# What is posted


def is_cross_site(request: HttpRequest) -> bool:
    """Return whether a page of another site posts the form.

    Pages with the form are cached, so it has no CSRF token. Browsers that send neither header are
    old, or no browsers.
    """
    if fetch_site := request.headers.get("Sec-Fetch-Site"):
        return fetch_site != "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and origin.partition("://")[2].lower() != request.get_host().lower()


def posted(request: HttpRequest) -> QueryDict:
    """Return the fields that are posted; none if the body is malformed.

    Raise RequestDataTooBig.
    """
    try:
        return request.POST
    except RequestDataTooBig:
        raise
    except (BadRequest, MultiPartParserError, SuspiciousOperation):
        return QueryDict()
