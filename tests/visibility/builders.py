"""Build issues that can be recognised in every response, for the states of the matrix.

Title, slug, tag and text of such an issue begin with their own name and end with its word. Text
that begins with "unsaid" must never be public.
"""

from datetime import timedelta

from django.utils import timezone

from digest.models import IssuePage
from tests.builders import body, make_digest, source, story
from tests.builders import make_issue as make_any_issue

WORD = "marker"


def cited(word):
    """Return a source with the word in its title and URL."""
    return source(title=f"cited{word}", url=f"https://{word}.example/slug{word}")


def make_issue(digest, word=WORD, **fields):
    """Make an issue with the word in its title, slug, tag and text."""
    fields = {
        "title": f"title{word}",
        "slug": f"slug{word}",
        "tags": (f"tag{word}", "every"),
        "byline": f"byline{word}",
        "correction": f"correction{word}",
        "body": body(
            story(f"story{word}", body=f"<p>text{word} happened.</p>", sources=[cited(word)])
        ),
    } | fields
    return make_any_issue(digest, **fields)


def change(issue, word):
    """Set a title, slug, text and tag that must not become public, without saving."""
    issue.title, issue.slug = f"unsaidtitle{word}", f"unsaidslug{word}"
    unsaid = source(title=f"unsaidcited{word}", url=f"https://unsaid{word}.example/")
    unsaid_story = story(f"unsaidstory{word}", body=f"<p>unsaidtext{word}</p>", sources=[unsaid])
    issue.body = body(unsaid_story)
    issue.seo_title, issue.search_description = f"unsaidseo{word}", f"unsaidwords{word}"
    issue.byline, issue.correction = f"unsaidbyline{word}", f"unsaidcorrection{word}"
    issue.tags.add(f"unsaidtag{word}")


def tomorrow():
    return timezone.now() + timedelta(days=1)


def yesterday():
    return timezone.now() - timedelta(days=1)


def fresh(issue):
    return IssuePage.objects.get(pk=issue.pk)


def make_alias(home, source, word):
    """Create an alias of an issue in another digest."""
    parent = make_digest(home, f"weekly-{home.slug}")
    return source.create_alias(parent=parent, update_slug=f"slug{word}").specific


def make_source(digest, word):
    return make_issue(digest, word, slug=f"source{word}")


def move_and_rename(issue, digest, word):
    """Move and rename an issue as editors do, so that Wagtail creates redirects."""
    issue.move(digest, "last-child")
    issue = fresh(issue)
    issue.slug = f"slug{word}"
    issue.save_revision().publish()
    return fresh(issue)
