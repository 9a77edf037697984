"""``load_samples``: the sample digests, and runs on sites that have digests."""

import re
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from PIL import Image as PillowImage
from taggit.models import Tag
from wagtail.images import get_image_model
from wagtail.models import Page, Revision, Site

from digest import visibility
from digest.contrib.newsletter.composing import LARGE_SIZE, compose
from digest.contrib.newsletter.models import NewsletterSettings
from digest.importing import Report, open_document, read_parts
from digest.models import DigestPage, IssuePage
from home.management.commands import load_samples
from home.management.commands.load_samples import SAMPLES

DOCUMENTS = sorted(SAMPLES.glob("*/*.md"))
IMAGES = sorted((SAMPLES / "images").iterdir())
SHARED_SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
SHINGLE_WORDS = 8


def load(**options) -> str:
    """Run the command; return its output."""
    out = StringIO()
    call_command("load_samples", stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def output(django_db_setup, django_db_blocker):
    """Load the samples once for the tests that only read them; return the command's output."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load()
        transaction.set_rollback(True)


@pytest.fixture
def samples(output, db) -> str:
    return output


@pytest.fixture
def empty(db) -> None:
    """Delete the samples that another test may have loaded."""
    DigestPage.objects.all().delete()
    get_image_model().objects.all().delete()


def manifest() -> dict:
    return tomllib.loads((SAMPLES / "samples.toml").read_text(encoding="utf-8"))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def shingles(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + SHINGLE_WORDS]) for i in range(len(found) - SHINGLE_WORDS + 1)}


def original_files() -> set[str]:
    if not default_storage.exists("original_images"):
        return set()
    return set(default_storage.listdir("original_images")[1])


def test_there_are_two_digests_and_at_least_twelve_published_issues(samples):
    assert DigestPage.objects.live().count() == 2
    assert visibility.public(IssuePage.objects.all()).count() >= 12


def test_digests_are_children_of_the_front_page_with_tagline_and_image(samples):
    for digest in DigestPage.objects.all():
        assert digest.get_parent() == Site.objects.get(is_default_site=True).root_page
        assert digest.tagline
        assert digest.image


def test_newsletters_of_the_digests_take_sign_ups(samples, client):
    for digest in DigestPage.objects.all():
        newsletter = NewsletterSettings.objects.get(digest=digest)
        assert newsletter.takes_signups
        assert newsletter.imprint.startswith(digest.title)
        assert newsletter.privacy_url.startswith("https://www.example.com/")
        assert f'action="/newsletter/subscribe/{digest.slug}/"' in client.get("/").content.decode()


def test_mails_of_the_issues_are_far_from_the_size_that_is_clipped(samples):
    for issue in IssuePage.objects.all():
        newsletter = NewsletterSettings.objects.get(digest=issue.get_parent().pk)
        composed = compose(issue, newsletter)
        assert (composed.is_excerpt, composed.size < LARGE_SIZE) == (False, True)


def test_every_document_is_an_issue(samples):
    assert IssuePage.objects.count() == len(DOCUMENTS)


def test_one_draft_is_not_live(samples):
    draft = IssuePage.objects.get(live=False, go_live_at=None)
    assert draft.has_unpublished_changes
    assert draft.latest_revision


def test_one_issue_is_scheduled_and_not_live(samples):
    scheduled = IssuePage.objects.get(live=False, go_live_at__gt=timezone.now())
    assert scheduled.scheduled_revision
    assert scheduled.date == scheduled.go_live_at.date()


def test_published_issues_are_backdated(samples):
    for issue in IssuePage.objects.live():
        assert f"{issue.first_published_at:%Y-%m-%d %H:%M}" == f"{issue.date} 06:00"
        assert issue.last_published_at == issue.first_published_at


def test_issues_are_numbered_by_date_and_have_their_date_as_slug(samples):
    for digest in DigestPage.objects.all():
        issues = digest.get_issues().order_by("date")
        assert [issue.number for issue in issues] == list(range(1, len(issues) + 1))
        assert all(issue.slug == str(issue.date) for issue in issues)


def test_the_digests_share_a_few_tags(samples):
    one, other = (
        {tag for issue in digest.get_issues() for tag in issue.tags.names()}
        for digest in DigestPage.objects.all()
    )
    assert one & other
    assert len(one | other) == Tag.objects.count() == 12


def test_every_image_has_alt_text_and_is_in_the_collection(samples):
    images = get_image_model().objects.all()
    assert len(images) == len(IMAGES)
    for image in images:
        assert len(image.description) > 40
        assert image.collection.name == "Sample images"


def test_images_in_stories_have_alt_text(samples):
    images = [
        story.value["image"]
        for issue in IssuePage.objects.all()
        for story in issue.stories
        if story.value["image"]
    ]
    assert len(images) == len(manifest()["story_images"])
    assert all(image.contextual_alt_text and not image.decorative for image in images)


def test_every_published_issue_is_valid(samples):
    for issue in IssuePage.objects.live():
        issue.full_clean()
        issue.body.stream_block.clean(issue.body)
        assert issue.summary
        assert all(story.value["why_it_matters"].source for story in issue.stories)


def test_progress_is_shown_for_each_issue(samples):
    for issue in IssuePage.objects.all():
        assert f"{issue.date}  {issue.title}" in samples
    assert "16 issues: 14 published, 1 draft, 1 scheduled" in samples


def test_running_it_again_changes_nothing(samples):
    def rows() -> list:
        tables = (Page, Revision, get_image_model(), Site)
        return [list(model.objects.order_by("pk").values()) for model in tables]

    before, files = rows(), original_files()
    assert load() == "The site has digests already: no samples loaded.\n"
    assert (rows(), original_files()) == (before, files)


def test_a_site_with_a_digest_of_its_own_gets_no_samples(empty, home_page):
    home_page.add_child(instance=DigestPage(title="Mine", slug="mine"))
    assert "no samples loaded" in load()
    assert not IssuePage.objects.exists()


def test_a_failure_leaves_no_rows_and_files(empty, monkeypatch):
    def fail_late(digest, issue, state):
        raise CommandError(f"{issue.title} fails")

    files = original_files()
    monkeypatch.setattr(load_samples, "save_issue", fail_late)
    with pytest.raises(CommandError, match="fails"):
        load(with_editor=True)
    assert not DigestPage.objects.exists()
    assert not get_image_model().objects.exists()
    assert not get_user_model().objects.exists()
    assert original_files() == files


def test_the_port_of_a_local_site_is_updated(samples):
    assert Site.objects.get(is_default_site=True).root_url == "http://127.0.0.1:8000"
    load(port=9000)
    assert Site.objects.get(is_default_site=True).root_url == "http://127.0.0.1:9000"


def test_host_and_name_of_another_site_are_not_changed(samples, site):
    Site.objects.filter(pk=site.pk).update(hostname="news.example.org", port=443, site_name="News")
    load(port=9000)
    site.refresh_from_db()
    assert (site.hostname, site.port, site.site_name) == ("news.example.org", 443, "News")


def test_a_host_and_port_of_another_site_is_not_taken(samples, site):
    Site.objects.create(hostname="127.0.0.1", port=9000, root_page=site.root_page)
    load(port=9000)
    site.refresh_from_db()
    assert site.port == 8000


def test_the_editor_account_is_created_once_with_the_printed_password(samples, client):
    password = re.search(r"name editor, password (\S+)", load(with_editor=True))[1]
    assert client.login(username="editor", password=password)
    assert "changepassword editor" in load(with_editor=True)
    assert client.login(username="editor", password=password)


def test_the_editor_account_has_the_names_that_the_account_form_requires(samples, client):
    load(with_editor=True)
    user = get_user_model().objects.get()
    assert user.first_name
    assert user.last_name


def test_by_default_no_editor_account_is_created(samples):
    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_line_of_a_document_is_recognized(path):
    document = open_document(path)
    report = Report(document, read_parts(document))
    assert not report.not_understood, "\n".join(report.lines())
    assert not document.notes


@pytest.mark.parametrize("path", IMAGES, ids=lambda path: path.name)
def test_images_have_one_size_and_are_small(path):
    with PillowImage.open(path) as image:
        assert image.size == (1600, 900)
    assert path.stat().st_size < 120_000


@pytest.mark.skipif(not SHARED_SAMPLES.is_dir(), reason="the shared samples are not here")
def test_no_sentence_is_taken_from_the_shared_samples():
    foreign = shingles("\n".join(path.read_text() for path in SHARED_SAMPLES.glob("*.txt")))
    assert foreign
    for path in DOCUMENTS:
        assert not shingles(path.read_text(encoding="utf-8")) & foreign, path.name
