"""``/llms.txt``: an overview of a site for language models and agents (https://llmstxt.org).

A Markdown document with links to the digests, the Markdown of the latest issues, the feeds and the
API, all of them public.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import Truncator
from wagtail.models import Site

from digest import visibility
from digest.caching.cacheable import public_view
from digest.conf import conf, has_languages
from digest.feeds.views import FEEDS, feed_url
from digest.pages.listing import latest_first, with_digests, with_related
from digest.pages.page_models import get_digest_page_model, get_issue_page_model
from digest.pages.public_urls import page_url, site_name
from digest.registry import Link, registry
from digest.rendering.markdown import link, text_line

# Browsers download text/markdown instead of displaying it.
CONTENT_TYPE = "text/plain; charset=utf-8"
ABOUT = "> News digests: issues of several stories, each with why it matters and its sources."
HOW = """\
Every issue is available as Markdown at the URLs below, and as JSON in the API. Reading needs no
account and no key. Unpublished content is at none of these URLs."""
SUMMARY_LENGTH = 200


@public_view
def llms(request: HttpRequest) -> HttpResponse:
    """Return the digests of the request's site, their latest issues and feeds, and the API."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    digests = visibility.public(get_digest_page_model().objects.all(), site)
    digests = list(digests.select_related("locale").order_by("title", "pk"))
    issues = _latest_issues(site)
    visibility.note_expiry([*digests, *issues])
    sections = {
        "Digests": (_digest(digest, site, request) for digest in digests),
        "Latest issues": (_issue(issue, site) for issue in issues),
        "Feeds": (line for digest in digests for line in _feeds(digest, site)),
        "API": _api(site),
    }
    lists = {name: "\n".join(lines) for name, lines in sections.items()}
    parts = [f"# {text_line(site_name(site))}", ABOUT, HOW]
    parts += [f"## {name}\n\n{lines}" for name, lines in lists.items() if lines]
    return HttpResponse("\n\n".join(parts) + "\n", content_type=CONTENT_TYPE)


def _latest_issues(site: Site) -> list[Any]:
    """Return the latest issues; with I18N on, those in the locale of the front page."""
    issues = visibility.public(get_issue_page_model().objects.all(), site)
    if has_languages():
        issues = issues.filter(locale=site.root_page.locale_id)
    return with_digests(with_related(latest_first(issues.defer("body")))[: conf.FEED_LENGTH])


def _digest(digest: Any, site: Site, request: HttpRequest) -> str:
    languages = has_languages()
    notes = [digest.tagline, f"({digest.locale.language_code})" if languages else ""]
    return _item(digest.title, page_url(digest, request) or site.root_url, *notes)


def _issue(issue: Any, site: Site) -> str:
    url = urljoin(site.root_url, reverse("digest:api:issue-markdown", args=[issue.pk]))
    of = f"{issue.digest.title}, {issue.date}." if issue.digest else f"{issue.date}."
    return _item(issue.headline, url, of, Truncator(issue.summary).chars(SUMMARY_LENGTH))


def _feeds(digest: Any, site: Site) -> Iterator[str]:
    for feed in FEEDS:
        yield _item(f"{digest.title}, {feed.label}", feed_url(digest, feed, site))


def _api(site: Site) -> Iterator[str]:
    names = {"map": ("Map", "where everything is")}
    if conf.API_DOCS_ENABLED:
        names["schema"] = ("Schema", "OpenAPI 3.1, every endpoint, parameter and field")
        names["docs"] = ("Documentation", "the schema as a page to browse")
    links = [Link(title, f"digest:api:{name}", notes) for name, (title, notes) in names.items()]
    for title, url_name, notes in [*links, *registry.llms_links]:
        yield _item(title, urljoin(site.root_url, reverse(url_name)), notes)


def _item(title: str, url: str, *notes: str) -> str:
    about = text_line(" ".join(filter(None, notes)))
    return f"- {link(title, url)}{': ' if about else ''}{about}"
