"""Initial values of the form for a new issue."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from wagtail.blocks import StreamValue
from wagtail.models import Locale
from wagtail.test.utils.form_data import nested_form_data, streamfield

from digest.models import IssuePage
from digest.pages.forms import IssuePageForm
from digest.pages.new_issues import NewIssueBodyBlock, UnfinishedMixin, blocks_of_new_issue
from tests.admin.helpers import save_draft
from tests.builders import block, body, make_digest, make_image, make_issue, source, story
from tests.plugin.blocks import OwnBodyBlock

pytestmark = pytest.mark.django_db


def template(*blocks):
    """Return an incomplete template as stored JSON."""
    return json.dumps(list(blocks) or [block("bottom_line", text="<p>Until tomorrow.</p>")])


@pytest.fixture
def start(admin_client):
    """Return the form for a new issue of a digest."""

    def start(digest):
        url = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])
        return admin_client.get(url).context["form"]

    return start


def kinds(form):
    return [child.block_type for child in form["body"].value()]


def offered(admin_client, page, name="add"):
    args = [page.pk] if name == "edit" else ["digest", "issuepage", page.pk]
    html = admin_client.get(reverse(f"wagtailadmin_pages:{name}", args=args)).content.decode()
    parts = html.split('data-digest-offered-tags-target="tag" value="')[1:]
    return [part.split('"')[0] for part in parts]


def test_new_issue_has_the_blocks_of_the_digests_template(start, home_page):
    stories = [story("The number of the day", why_it_matters=""), story("")]
    digest = make_digest(home_page, new_issue_body=template(*stories, block("sources", items=[])))
    form = start(digest)
    assert kinds(form) == ["headline", "story_section", "story_section", "sources"]
    assert form["body"].value()[1].value["heading"] == "The number of the day"


def test_new_issue_without_a_template_has_the_required_blocks_and_a_bottom_line(start, digest):
    assert kinds(start(digest)) == ["headline", "story_section", "bottom_line"]


def test_cursor_is_in_the_title_of_a_new_issue_only(start, digest):
    assert start(digest)["title"].field.widget.attrs["autofocus"]
    form_class = IssuePage.get_edit_handler().get_form_class()
    form = form_class(instance=make_issue(digest), parent_page=digest)
    assert "autofocus" not in form["title"].field.widget.attrs


def test_required_blocks_are_added_to_a_template_without_them(start, home_page):
    digest = make_digest(home_page, new_issue_body=template())
    assert kinds(start(digest)) == ["headline", "story_section", "bottom_line"]


def test_template_has_no_minimum_counts():
    rules = NewIssueBodyBlock().meta
    assert rules.min_num is None
    assert not any("min_num" in limits for limits in rules.block_counts.values())
    assert rules.block_counts["headline"] == {"max_num": 1}


def test_blocks_and_sources_get_new_ids_in_each_issue(start, home_page):
    stored = template(story(sources=[source(title="Minutes")]))
    digest = make_digest(home_page, new_issue_body=stored)
    seen = []
    for _issue in range(2):
        child = start(digest)["body"].value()[1]
        seen += [child.id, child.value["sources"].bound_blocks[0].id]
    assert len({*seen}) == 4
    assert not any(key in stored for key in seen)


def test_unknown_block_types_are_left_out(start, home_page):
    digest = make_digest(home_page, new_issue_body=template(block("poll", question="?"), story()))
    assert kinds(start(digest)) == ["headline", "story_section"]


def test_date_is_today_or_the_next_free_day(start, digest):
    today = timezone.localdate()
    assert start(digest)["date"].value() == today
    make_issue(digest, today)
    make_issue(digest, today + timedelta(days=9))
    moved = make_issue(digest, today - timedelta(days=3))
    save_draft(moved, date=today + timedelta(days=1))
    form = start(digest)
    assert form["date"].value() == today + timedelta(days=2)
    assert form["slug"].value() == str(today + timedelta(days=2))


def test_next_number_is_a_placeholder_and_not_reserved(start, digest):
    make_issue(digest, number=41)
    number = start(digest)["number"]
    assert (number.value(), number.field.widget.attrs["placeholder"]) == (None, 42)
    assert (
        start(make_digest(digest.get_parent(), "new"))["number"].field.widget.attrs["placeholder"]
        == 1
    )


def test_tags_of_the_last_issue_are_offered_and_not_preset(admin_client, start, digest):
    assert offered(admin_client, digest) == []
    make_issue(digest, 1, tags=("Old",))
    save_draft(make_issue(digest, 14, tags=("x",)), tags=("Power", 'Open "Source"', "AI"))
    assert offered(admin_client, digest) == ["AI", "Open &quot;Source&quot;", "Power"]
    assert not start(digest)["tags"].value()


def test_tags_are_offered_until_the_issue_is_published(admin_client, digest):
    make_issue(digest, 1, tags=("AI",))
    issue = make_issue(digest, 14, publish=False, tags=("Own",))
    assert offered(admin_client, issue, "edit") == ["AI"]
    issue.latest_revision.publish()
    assert offered(admin_client, issue, "edit") == []


def test_digest_is_published_with_an_incomplete_template(admin_client, digest):
    data = {"title": "Daily", "slug": "daily", "tagline": "", "image": "", "action-publish": "1"}
    data |= {f"giscus_{name}": "" for name in ("repo", "repo_id", "category", "category_id")}
    data |= {"new_issue_body": streamfield([("headline", {"headline": "", "summary": ""})])}
    data |= {"comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}}
    url = reverse("wagtailadmin_pages:edit", args=[digest.pk])
    form = admin_client.get(url).context["form"]
    posted = {name: form[name].value() or "" for name in form.fields if name not in data}
    response = admin_client.post(url, nested_form_data(posted | data))
    assert response.status_code == 302, response.context["form"].errors
    digest.refresh_from_db()
    assert [child.block_type for child in digest.new_issue_body] == ["headline"]


def test_template_skips_required_fields_but_checks_maximum_counts():
    stream = NewIssueBodyBlock()
    empty = StreamValue(stream, [("headline", {"headline": "", "summary": ""})])
    assert len(stream.clean(empty)) == 1
    assert not stream.is_deferred_validation
    with pytest.raises(ValidationError):
        stream.clean(StreamValue(stream, [("headline", {}), ("headline", {})]))


def test_template_accepts_a_custom_block_of_the_site():
    class OwnTemplateBlock(UnfinishedMixin, OwnBodyBlock):
        pass

    sponsor = ("sponsor", {"name": "", "message": None})
    template = StreamValue(OwnTemplateBlock(), [sponsor])
    assert len(template.stream_block.clean(template)) == 1
    own = blocks_of_new_issue(SimpleNamespace(new_issue_body=template), OwnBodyBlock())
    assert [child.block_type for child in own] == ["headline", "story_section", "sponsor"]


def test_template_is_not_public(client, home_page):
    digest = make_digest(home_page, new_issue_body=template(story("A secret start")))
    make_issue(digest, 14)
    paths = ["/api/v1/digests/", "/api/v1/digests/daily/", "/daily/", "/daily/feed/rss/"]
    responses = [client.get(path) for path in paths]
    assert {response.status_code for response in responses[:3]} == {200}
    assert not any("A secret start" in response.content.decode() for response in responses)


def test_template_is_copied_to_copies_aliases_and_translations(home_page):
    digest = make_digest(home_page, new_issue_body=template(story("Start")))
    french = Locale.objects.create(language_code="fr")
    home_page.copy_for_translation(french)
    others = [
        digest.copy(update_attrs={"slug": "copy"}),
        digest.create_alias(update_slug="alias"),
        digest.copy_for_translation(french),
    ]
    for other in others:
        assert other.specific.new_issue_body[0].value["heading"] == "Start"


@pytest.mark.wagtail_indexes
def test_image_in_the_template_counts_as_used(home_page):
    image = make_image()
    value = {"image": image.pk, "decorative": False, "alt_text": "A pylon"}
    make_digest(home_page, new_issue_body=template(story(image=value)))
    assert image.get_usage().count() == 1


def test_form_keeps_the_date_and_body_of_the_instance(digest):
    issue = IssuePage(date=timezone.localdate() - timedelta(days=5), body=body(story("Mine")))
    form_class = IssuePage.get_edit_handler().get_form_class()
    assert issubclass(form_class, IssuePageForm)
    form = form_class(instance=issue, parent_page=digest)
    assert form["date"].value() == issue.date
    assert kinds(form) == ["headline", "story_section"]
    assert form["body"].value()[1].value["heading"] == "Mine"
