"""Compose the mail of an issue: the same for all readers, but for the token in its links.

What it shows of the issue comes from ``digest.rendering``, as in the API and in feeds, so links to
hidden pages and images of private collections are not in it.
"""

from collections.abc import Iterator
from functools import cache, partial
from typing import Any, NamedTuple

from css_inline import CSSInliner
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from digest import visibility
from digest.contrib.newsletter import links
from digest.contrib.newsletter.images import fit_images
from digest.contrib.newsletter.languages import language_of
from digest.contrib.newsletter.models import NewsletterSettings
from digest.contrib.newsletter.plain_text import html_to_mail_text, single_line
from digest.http.canonical import web_url
from digest.pages.public_urls import page_url
from digest.rendering.bodies import Rendering

# As long as a token, and of characters that no encoding changes.
UNSUBSCRIBE_TOKEN = "UNSUBSCRIBE-TOKEN-HERE"  # noqa: S105
# Gmail shows the first 102 kB of a mail. Editors are warned of a large one; a larger one becomes an
# excerpt.
MAX_SIZE = 95_000
LARGE_SIZE = 80_000
MAX_SUBJECT = 255
# Many inboxes show no more of it.
RECOMMENDED_SUBJECT = 60
PREHEADER_LENGTH = 150
# Invisible, so that inboxes show nothing of the mail after a short preheader.
FILLER = "\u034f\u200c\u00a0" * 50
TEMPLATES = "digest/newsletter/mail"


class Composed(NamedTuple):
    """A mail with ``UNSUBSCRIBE_TOKEN`` in place of a token."""

    subject: str
    preheader: str
    html: str
    text: str
    is_excerpt: bool = False

    @property
    def size(self) -> int:
        """Return the size of the HTML in bytes, which mail programs limit."""
        return len(self.html.encode())


def compose(
    issue: Any,
    newsletter: NewsletterSettings,
    *,
    subject: str = "",
    preheader: str = "",
    note: str = "",
    is_test: bool = False,
) -> Composed:
    """Return the mail of an issue or a draft of one.

    Subject and preheader default to its headline and summary; ``note`` says what a correction
    corrects. Nobody can unsubscribe by a test: its links lead to the preferences.
    """
    language = language_of(newsletter.digest)
    with visibility.snapshot(), translation.override(language):
        subject = single_line(subject or issue.headline)[:MAX_SUBJECT]
        context = {
            "issue": issue,
            "language": language,
            "subject": subject if not is_test else _("[Test] %s") % subject,
            "preheader": single_line(preheader or _shortened(issue.summary)),
            "filler": FILLER,
            "note": note.strip(),
            **_issue_context(issue),
            **_newsletter_context(newsletter, is_test),
        }
        is_excerpt = newsletter.content == NewsletterSettings.Content.EXCERPT
        mail = _render(context, is_excerpt)
        if mail.size > MAX_SIZE and not is_excerpt:
            return _render(context, is_excerpt=True)
        return mail


def _shortened(text: str) -> str:
    return Truncator(text).chars(PREHEADER_LENGTH)


def _issue_context(issue: Any) -> dict[str, Any]:
    code, url = issue.locale.language_code, page_url(issue) or ""
    parts = issue.get_url_parts()
    rendering = Rendering(parts[1] if parts else "", text=_rich_text)
    body = rendering.body(issue.body, url)
    rendering.resolve([issue.image_id] if issue.image_id else [])
    return {
        "issue_language": code,
        "direction": "rtl" if code.partition("-")[0] in settings.LANGUAGES_BIDI else "ltr",
        "issue_url": url,
        "image": rendering.shown_images.get(issue.image_id),
        "blocks": [_with_template(block) for block in body if block["type"] != "headline"],
    }


def _rich_text(html: str) -> SafeString:
    # Templates escape any other string.
    return mark_safe(fit_images(html))


def _with_template(block: dict[str, Any]) -> dict[str, Any]:
    names = (f"{TEMPLATES}/blocks/{name}.html" for name in (block["type"], "other"))
    return block | {"templates": tuple(names), "contents": partial(_contents, block["value"])}


def _contents(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each text, image, number and date in the value of a block, with its kind, in order."""
    if isinstance(value, dict) and "renditions" in value:
        yield "image", value
    elif isinstance(value, dict) and value.keys() == {"type", "id", "value"}:
        yield from _contents(value["value"], value["type"])
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _contents(item, key)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _contents(item, name)
    elif isinstance(value, SafeString):
        yield "html", value
    elif isinstance(value, str):
        yield "text", value
    elif value is not None and not isinstance(value, bool):
        yield "text", f"{name}: {value}"


def _newsletter_context(newsletter: NewsletterSettings, is_test: bool) -> dict[str, Any]:
    digest = newsletter.digest
    preferences_url = links.request_preferences_url(digest)
    return {
        "digest_title": single_line(digest.title),
        "imprint": "\n".join(map(single_line, newsletter.imprint.splitlines())),
        "privacy_url": web_url(newsletter.privacy_url) or "",
        "preferences_url": preferences_url,
        "unsubscribe_url": (
            preferences_url if is_test else links.unsubscribe_url(digest, UNSUBSCRIBE_TOKEN)
        ),
    }


def _render(context: dict[str, Any], is_excerpt: bool) -> Composed:
    template = f"{TEMPLATES}/{'excerpt' if is_excerpt else 'content'}.html"
    content = mark_safe(render_to_string(template, context))
    html = render_to_string(f"{TEMPLATES}/issue.html", context | {"content": content})
    text = render_to_string(
        f"{TEMPLATES}/issue.txt", context | {"content": html_to_mail_text(content)}
    )
    return Composed(
        subject=context["subject"],
        preheader=context["preheader"],
        html=inline_styles(html),
        text=text,
        is_excerpt=is_excerpt,
    )


def inline_styles(html: str) -> str:
    """Move the style sheet of a mail to its elements."""
    return _inliner().inline(html)


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False)
