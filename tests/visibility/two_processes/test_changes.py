"""The content version changes if readers could see a change, however it is made, and only then.

The tests use a database with real commits, since the version changes on commit.
"""

from datetime import date
from types import SimpleNamespace

import pytest
from django.db import transaction
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, Locale, Page, PageViewRestriction, Site

from digest.caching import content_version
from tests.builders import body, make_digest, make_image, make_issue, restrict, source, story
from tests.visibility.two_processes.changes import BY_MODELS, UNSEEN, WITHOUT_SIGNALS

pytestmark = pytest.mark.slow


@pytest.fixture
def site(database, django_db_blocker):
    """A site with one object of each kind; all changes are removed at the end."""
    with django_db_blocker.unblock():
        default = Site.objects.get(is_default_site=True)
        found = _with_everything(default)
        yield found
        Site.objects.exclude(pk=default.pk).delete()
        Site.objects.update(root_page=found.home, site_name="")
        for page in Page.objects.filter(depth__gt=1).exclude(pk=found.home.pk).order_by("-depth"):
            page.delete()
        for model in (type(found.image), Tag, Redirect):
            model.objects.all().delete()
        Collection.objects.filter(depth__gt=1).delete()
        Locale.objects.exclude(pk=found.home.locale_id).delete()


def _with_everything(site):
    home = site.root_page.specific
    digest, other = make_digest(home), make_digest(home, "weekly")
    closed = make_issue(digest, 13, slug="closed")
    image = make_image()
    content = body(story(sources=[source(title="A source", url="https://cited.example/")]))
    return SimpleNamespace(
        site=site,
        home=home,
        digest=digest,
        other=other,
        issue=make_issue(digest, 14, tags=("grids",), image=image, slug="issue", body=content),
        draft=make_issue(digest, date(2026, 4, 15), publish=False, slug="draft-only"),
        restriction=restrict(closed, PageViewRestriction.GROUPS),
        image=image,
        collection=Collection.get_first_root_node().add_child(name="Images"),
        tag=Tag.objects.get(name="grids"),
        redirect=Redirect.objects.create(old_path="/old", redirect_link="/"),
    )


SEEN = BY_MODELS | WITHOUT_SIGNALS


@pytest.mark.parametrize("change", SEEN.values(), ids=SEEN)
def test_version_changes_with_what_readers_could_see(change, site):
    before = content_version.current()
    change(site)
    assert content_version.current() not in {before, None}


@pytest.mark.parametrize("change", UNSEEN.values(), ids=UNSEEN)
def test_version_stays_with_what_no_reader_sees(change, site):
    before = content_version.current()
    assert before
    change(site)
    assert content_version.current() == before


def test_version_does_not_change_with_what_is_rolled_back(site):
    before = content_version.current()
    with transaction.atomic():
        BY_MODELS["publish"](site)
        transaction.set_rollback(True)
    assert content_version.current() == before
