"""A copy that is kept by the feed alone equals the list, after any change, however it is paged.

Issues show what has rows of its own: a linked page, a document, an image, a tag. Clients also fetch
before the relay has seen a change, which may be undone by then.
"""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from taggit.models import Tag
from wagtail.models import Collection, Page, PageViewRestriction

from digest.contrib.changes.relay import mark_everything
from digest.models import DigestPage
from tests.builders import body, make_document, make_image, make_issue, restrict, story
from tests.contrib.changes.feed import FEED, Copy, fetch, listed_issues, relay
from tests.visibility.oracle import Oracle
from tests.visibility.test_transitions import deterministic
from tests.visibility.transitions import PICKS, Transitions

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EXAMPLES, STEPS = 6, 12
KINDS = ["restriction", "section", "text", "digest", "target", "expiry", "live"]
TEXT = """<p><a linktype="page" id="{page}">A page</a>, <a linktype="document" id="{document}">a
file</a>.</p><embed embedtype="image" id="{image}" alt="A" format="left"/>"""


class Copies(Transitions):
    """Compare copies with the list after each step, and the events with what is public."""

    def __init__(self):
        super().__init__()
        self.steady, self.paged, self.interrupted = Copy(), Copy(limit=1), Copy(limit=2)
        self.fresh, self.announced, self.undone = Copy(), set(), count()

    def _make_private(self, closed, opened, weekly):
        """Add pages with links and files, too."""
        super()._make_private(closed, opened, weekly)
        self.about = self.home.add_child(instance=Page(title="About", slug="about"))
        self.linked, self.document = make_image("Linked"), make_document()
        self.write(weekly)

    def write(self, digest, published=True, **fields):
        if not hasattr(self, "about"):
            return super().write(digest, published, **fields)
        number = next(self.numbers)
        text = TEXT.format(page=self.about.pk, document=self.document.pk, image=self.linked.pk)
        names = {"slug": f"issue-{number}", "title": f"Issue {number}"}
        names |= {"image": self.image, "body": body(story(body=text))}
        tags = (f"tag-{number % 3}",)
        return make_issue(digest, number % 27 + 1, published, tags, **(names | fields))

    def set(self, **settings):
        super().set(**settings)
        if hasattr(self, "site"):
            mark_everything()  # as `migrate` does after a change of settings

    # What issues show

    @rule(pick=PICKS)
    def rename_tag(self, pick):
        tag = Tag.objects.order_by("pk")[pick % Tag.objects.count()]
        Tag.objects.filter(pk=tag.pk).update(name=f"{tag.name} again")

    @rule(live=st.booleans(), slug=st.sampled_from(["about", "us"]))
    def change_linked_page(self, live, slug):
        self.about.refresh_from_db()
        self.about.live, self.about.slug = live, slug
        self.about.save()

    @rule(private=st.booleans())
    def make_linked_page_private(self, private):
        PageViewRestriction.objects.filter(page=self.about).delete()
        if private:
            restrict(self.about)

    @rule(pick=PICKS)
    def change_files(self, pick):
        type(self.linked).objects.update(title=f"Image {pick}", focal_point_x=pick)
        type(self.document).objects.update(title=f"Document {pick}", file=f"{pick}.txt")

    @rule(private=st.booleans())
    def move_files(self, private):
        root = Collection.get_first_root_node().pk
        collection = self.collection.pk if private else root
        for file in (self.linked, self.document):
            type(file).objects.filter(pk=file.pk).update(collection=collection)

    # What readers see before the relay does

    def change_and_undo(self):
        """Change something, let clients fetch, and undo it before the relay runs."""
        number = next(self.undone)
        listed = [issue for issue in self.all_issues() if issue.pk in self.steady.issues]
        if listed:
            undo = getattr(self, f"_change_{KINDS[number % len(KINDS)]}")(listed[0])
            self.fresh = Copy()
            self.fresh.update()
            self.paged.fetch_page()
            undo()

    def _update(self, page, **values):
        rows = type(page).objects.filter(pk=page.pk)
        before = rows.values(*values).get()
        rows.update(**values)
        return lambda: rows.update(**before)

    def _change_text(self, issue):
        return self._update(issue, title="Wrong")

    def _change_live(self, issue):
        return self._update(issue, live=not issue.live)

    def _change_expiry(self, issue):
        return self._update(issue, expire_at=self.now - timedelta(hours=1))

    def _change_restriction(self, issue):
        return restrict(issue).delete

    def _change_section(self, issue):
        return self._restrict_in_bulk(self.section)

    def _change_digest(self, issue):
        return self._restrict_in_bulk(issue.get_parent())

    def _restrict_in_bulk(self, page):
        """Restrict a page without signals, so that no table derived from its issues changes.

        Then nothing marks the issues of a section once the restriction is lifted.
        """
        rows = [PageViewRestriction(page_id=page.pk, restriction_type="login")]
        PageViewRestriction.objects.bulk_create(rows)
        found = PageViewRestriction.objects.filter(pk=rows[0].pk)
        return lambda: found._raw_delete(found.db)

    def _change_target(self, issue):
        return self._update(self.about, title="Wrong", live=False, url_path="/home/wrong/")

    @invariant()
    def copies_equal_the_list(self):
        if not hasattr(self, "site"):
            return
        self.change_and_undo()
        self.replay(relay())
        listed = listed_issues()
        for copy in (self.steady, self.paged, self.fresh):
            copy.update()
            assert copy.issues == listed
        self.interrupted.fetch_page()
        self.nothing_hidden_is_named(listed)

    def replay(self, changes):
        for change in changes:
            pk = change.state.page_id
            assert (pk in self.announced) is (change.type != "published")
            if change.type in ("unpublished", "deleted"):
                self.announced.discard(pk)
            else:
                self.announced.add(pk)
        oracle = Oracle()
        digests = DigestPage.objects.values_list("pk", flat=True)
        tracked = {*(page.pk for page in self.all_issues()), *digests}
        assert self.announced == oracle.seen(tracked, self.site)

    def nothing_hidden_is_named(self, listed):
        rows = fetch(FEED, limit=500)["results"]
        assert {row["id"] for row in rows if row["kind"] == "issue"} == set(listed)
        assert "nsaid" not in str(rows)
        gone = fetch(FEED, limit=500, since=self.interrupted.since)["results"]
        for row in gone:
            assert row["state"] == "public" or set(row) == {"state", "kind", "id", "sequence"}

    def teardown(self):
        if hasattr(self, "site"):
            self.interrupted.update()
            assert self.interrupted.issues == listed_issues()
        super().teardown()


def test_copies_follow_every_change(db):
    run_state_machine_as_test(Copies, settings=deterministic(EXAMPLES, STEPS))
