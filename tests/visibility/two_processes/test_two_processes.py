"""Every change shows in the next response of any process, though all responses are cached."""

from contextlib import contextmanager

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test
from taggit.models import Tag
from wagtail.contrib.redirects.models import Redirect
from wagtail.images import get_image_model
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Locale,
    Page,
    PageViewRestriction,
    Site,
)

from digest.caching import content_version
from digest.models import IssuePage
from tests.visibility.test_transitions import Endpoints, deterministic
from tests.visibility.transitions import PICKS

pytestmark = pytest.mark.slow

# The first example of Hypothesis repeats one change, so it is not checked.
EXAMPLES, UNCHECKED, STEPS = 3, 1, 6

# Endpoints that are compared with the process without a cache, but not with the oracle.
OTHER_ENDPOINTS = [
    "/api/v1/",
    "/api/v1/site/",
    "/api/v1/digests/?limit=100&count=true",
    "/api/v1/issues/?limit=100&order=date&include=body&rich_text=markdown",
    "/api/v1/issues/latest/",
    "/api/v1/sources/?count=true",
    "/api/v1/search/?q=happened&count=true",
    "/api/v1/search/suggest/?q=sto",
    "/api/v1/tags/tag-0/",
    "/api/v1/pages/?path=/old/",
    "/llms.txt",
]
OF_A_DIGEST = ["/api/v1/digests/{slug}/", "/feeds/{slug}/rss.xml", "/feeds/{slug}/atom.xml"]
OF_AN_ISSUE = ["/api/v1/issues/{pk}/?rich_text=text", "/api/v1/issues/{pk}.md"]


class TwoProcesses(Endpoints):
    """The transitions with real commits, also without signals, on the endpoints of processes."""

    def __init__(self, processes):
        self.processes = processes
        super().__init__()

    @contextmanager
    def content(self):
        """Commit changes, and delete what is new at the end."""
        home = Site.objects.get(is_default_site=True).root_page
        yield
        Site.objects.update(root_page=home)
        for page in Page.objects.filter(depth__gt=1).exclude(pk=home.pk).order_by("-depth"):
            page.delete()
        get_image_model().objects.all().delete()
        Tag.objects.all().delete()
        Collection.objects.filter(depth__gt=1).delete()
        Locale.objects.exclude(pk=home.locale_id).delete()
        Site.clear_site_root_paths_cache()

    def set(self, **settings):
        """Override settings in every process, and change the version as a deployment does."""
        super().set(**settings)
        self.processes.set(**settings)
        content_version.change()

    def reader(self):
        return self.processes

    def images_are(self, shown):
        private = CollectionViewRestriction.objects.exists()
        private &= get_image_model().objects.filter(collection=self.collection).exists()
        assert all((issue["image"] is None) is private for issue in shown)

    @initialize(languages=st.booleans())
    def begin(self, languages):
        super().begin(languages)
        self.processes.walks += 1

    @invariant()
    def endpoints_show_what_is_public(self):
        if self.processes.walks > UNCHECKED:
            super().endpoints_show_what_is_public()
            self.other_endpoints_show_what_is_there()

    def other_endpoints_show_what_is_there(self):
        endpoints = list(OTHER_ENDPOINTS)
        for issue in self.all_issues()[-2:]:
            endpoints += [endpoint.format(pk=issue.pk) for endpoint in OF_AN_ISSUE]
        if digest := self.digest(0):
            endpoints += [endpoint.format(slug=digest.slug) for endpoint in OF_A_DIGEST]
        for endpoint in endpoints:
            self.processes.get(endpoint)

    # Changes that send no signal

    @rule(pick=PICKS)
    def unpublish_by_update(self, pick):
        if issue := self.issue(pick):
            Page.objects.filter(pk=issue.pk).update(live=False)
            IssuePage.objects.get(pk=issue.pk).save()  # updates its stories

    @rule(pick=PICKS)
    def retitle_by_update(self, pick):
        if issue := self.issue(pick):
            Page.objects.filter(pk=issue.pk).update(title=f"Retitled {next(self.numbers)}")

    @rule(pick=PICKS)
    def expire_by_sql(self, pick):
        if issue := self.issue(pick):
            table = connection.ops.quote_name(Page._meta.db_table)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {table} SET expire_at = %s WHERE id = %s",  # noqa: S608
                    [self.now, issue.pk],
                )

    @rule(pick=PICKS)
    def restrict_in_bulk(self, pick):
        if page := self.page(pick):
            row = PageViewRestriction(page=page, restriction_type="login")
            PageViewRestriction.objects.bulk_create([row])

    @rule(pick=PICKS)
    def open_all_again(self, pick):
        PageViewRestriction.objects.all()._raw_delete("default")

    @rule(pick=PICKS)
    def rename_tag(self, pick):
        number = next(self.numbers)
        Tag.objects.filter(slug=f"tag-{pick % 3}").update(name=f"Renamed {number}")

    @rule(out=st.booleans())
    def move_image(self, out):
        chosen = Collection.get_first_root_node() if out else self.collection
        get_image_model().objects.update(collection=chosen, title=f"Image {next(self.numbers)}")

    @rule(pick=PICKS)
    def redirect_by_bulk(self, pick):
        if issue := self.issue(pick):
            Redirect.objects.filter(old_path="/old").delete()
            Redirect.objects.bulk_create([Redirect(old_path="/old", redirect_page=issue)])

    @rule(name=st.sampled_from(["localhost", "news.example"]))
    def rename_site(self, name):
        Site.objects.update(hostname=name)
        Site.clear_site_root_paths_cache()


def test_every_process_follows_every_change(processes):
    run_state_machine_as_test(
        lambda: TwoProcesses(processes), settings=deterministic(EXAMPLES, STEPS)
    )
    assert processes.hits > processes.requests / 2
