"""Responses do not change by a byte if only hidden content changes.

They are compared before and after a change of every hidden value.
"""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from taggit.models import Tag
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction, Revision

from digest.models import DigestPage, IssuePage
from digest.pages.stories import story_table
from tests.optional_apps import HAS_SUBMISSIONS
from tests.visibility import endpoints, people
from tests.visibility.all_states.test_canary import with_parameters
from tests.visibility.oracle import Oracle
from tests.visibility.responses import fetch, text_of
from tests.visibility.scenario import NONEXISTENT

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

# Words in hidden and in public content, in none, and in hidden content after the change.
WORDS = ["titleqdraftq", "textqprivateq", "unsaid", "changed", "titleqliveq", "nothing", "owner"]
STATES = ["draft", "private", "expired", "in_a_private_digest", "live_with_a_newer_draft", "live"]


def corpus(scenario, client):
    """Return several hundred paths, with hidden and public words as every parameter."""
    values = [scenario.cases[state].params for state in STATES] + [NONEXISTENT]
    templates = [
        *endpoints.DETAILS,
        *endpoints.FILTERED,
        *endpoints.TOOLS,
        *endpoints.SIMILAR,
        *endpoints.DIGESTS,
        *endpoints.OF_A_DIGEST,
    ]
    paths = {*endpoints.LISTS, *endpoints.TAG_LISTS, *endpoints.DIGEST_LISTS, *endpoints.FIXED}
    paths |= {endpoint.format(**params) for endpoint in templates for params in values}
    paths |= set(list(with_parameters(fetch(client, "/api/v1/schema/").json()))[::2])
    for word in WORDS:
        for name in ("q", "tag", "tag_all", "digest", "order", "fields", "cursor", "locale"):
            paths.add(f"/api/v1/issues/?{name}={word}")
            paths.add(f"/api/v1/stories/?limit=3&count=true&{name}={word}")
        paths |= {f"/search/?q={word}", f"/tags/{word}/", f"/feeds/{word}/rss.xml"}
        paths |= {f"/api/v1/pages/?path=/{word}/", f"/api/v1/digests/{word}/"}
    for day in range(10, 20):
        paths.add(f"/api/v1/issues/?date_from=2026-04-{day}&limit=2&count=true")
        paths.add(f"/api/v1/issues/?date_to=2026-04-{day}&order=date&limit=2")
    return sorted(paths)


def responses(client, paths):
    return {path: text_of(fetch(client, path)) for path in paths}


def change_what_is_hidden(scenario):
    """Change the values of everything hidden, in the tables."""
    oracle = Oracle()
    hidden = [pk for pk in oracle.pages if not oracle.sees(pk)]
    pages = Page.objects.filter(pk__in=hidden, depth__gt=2)
    for page in pages:
        title, slug = f"Changed {page.pk}", f"changed-{page.pk}"
        Page.objects.filter(pk=page.pk).update(title=title, draft_title=title, slug=slug)
    issues = IssuePage.objects.filter(pk__in=hidden)
    issues.update(date="2026-04-16", word_count=9, number=None, image=None, body="[]")
    issues.update(byline="Changed", correction="Changed", corrected_at=timezone.now())
    DigestPage.objects.filter(pk__in=hidden).update(tagline="Changed")
    pages.update(
        seo_title="Changed",
        search_description="Changed",
        last_published_at=timezone.now(),
        latest_revision_created_at=timezone.now(),
        show_in_menus=True,
    )
    story_table.rebuild()
    if HAS_SUBMISSIONS:
        change_hidden_disclosures()
    move_expiry_of_the_private(scenario)
    change_related_rows(hidden)


def change_hidden_disclosures():
    from digest.contrib.submissions.models import DigestDisclosure, IssueProvenance, Submission

    DigestDisclosure.objects.filter(text__startswith="unsaid").update(
        text="Changed", name_approver=False
    )
    hidden = IssueProvenance.objects.filter(approved_by__startswith="unsaid")
    hidden.update(approved_by="Changed")
    Submission.objects.update(key_name="Changed", made_with="Changed", note="Changed")


def move_expiry_of_the_private(scenario):
    """Set an expiry so near that it would shorten the lifetime of public responses."""
    soon = timezone.now() + timedelta(seconds=20)
    Page.objects.filter(pk=scenario.cases["private"].issue.pk).update(expire_at=soon)


def change_related_rows(hidden):
    Page.objects.exclude(pk__in=hidden).update(
        draft_title="Changed",
        has_unpublished_changes=True,
        latest_revision_created_at=timezone.now(),
        go_live_at=None,
    )
    for revision in Revision.objects.all():
        if "unsaid" in revision.content["title"]:
            revision.content["title"] = "changed"
            revision.save()
    get_image_model().objects.filter(title="unsaidimage").update(title="changed", width=7, height=9)
    for number, tag in enumerate(Tag.objects.filter(slug__startswith="unsaid")):
        Tag.objects.filter(pk=tag.pk).update(name=f"changed{number}", slug=f"changed{number}")
    owners = get_user_model().objects.filter(username=people.OWNER)
    owners.update(email="changed@changed.example", first_name="Changed", last_name="Changed")
    PageViewRestriction.objects.exclude(password="").update(password="changed")


def test_hidden_change_does_not_change_a_byte(scenario, client):
    paths = corpus(scenario, client)
    assert len(paths) > 500
    before = responses(client, paths)
    change_what_is_hidden(scenario)
    after = responses(client, paths)
    differing = [path for path in paths if before[path] != after[path]]
    assert differing == []


def test_public_change_is_noticed(scenario, client):
    """The comparison notices a small public change."""
    paths = [path for path in corpus(scenario, client) if path.startswith("/api/v1/issues/?limit")]
    before = responses(client, paths)
    Page.objects.filter(pk=scenario.cases["live"].issue.pk).update(title="Changed")
    after = responses(client, paths)
    assert sum(before[path] != after[path] for path in paths) > 5
