"""Changes to a site as rules for Hypothesis, each by an editor, the clock or a command."""

from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from unittest import mock

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from wagtail.actions.convert_alias import ConvertAliasPageAction
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Locale,
    Page,
    PageViewRestriction,
    Revision,
    Site,
)

from digest.models import DigestPage, IssuePage
from tests.builders import body, make_digest, make_image, make_issue, restrict, story
from tests.visibility.scenario import LANGUAGES

START = datetime(2026, 4, 20, 12, tzinfo=UTC)
PICKS = st.integers(0, 11)
HOURS = st.sampled_from([1, 2, 30])
KINDS = st.sampled_from([kind for kind, _label in PageViewRestriction.RESTRICTION_CHOICES])
MANY = 9


def publish(page, **to_save):
    """Publish a page, unless it is invalid: its number may be taken."""
    with suppress(ValidationError):
        page.save_revision(**to_save).publish()


class Transitions(RuleBasedStateMachine):
    """A site of two digests; every change is rolled back at the end."""

    def __init__(self):
        super().__init__()
        self.now, self.numbers, self.open = START, count(), ExitStack()
        self.open.enter_context(self.content())
        self.open.enter_context(mock.patch("django.utils.timezone.now", self.clock))
        self.set(LANGUAGES=LANGUAGES, WAGTAIL_CONTENT_LANGUAGES=LANGUAGES)

    @contextmanager
    def content(self):
        """Roll back all changes at the end."""
        cache.clear()
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        cache.clear()

    def set(self, **settings):
        """Override settings until the end."""
        self.open.enter_context(override_settings(**settings))

    def clock(self):
        return self.now

    def teardown(self):
        self.open.close()

    @initialize(languages=st.booleans())
    def begin(self, languages):
        """Start with restrictions, aliases and schedules, which take several steps."""
        self.site = Site.objects.get(is_default_site=True)
        self.home = self.site.root_page.specific
        self.section = self.home.add_child(instance=Page(title="Section", slug="section"))
        daily, weekly = make_digest(self.home, "daily"), make_digest(self.section, "weekly")
        self.collection = Collection.get_first_root_node().add_child(name="Images")
        self.image = make_image(collection=self.collection)
        self.write(daily, published=False)
        self.write(weekly, expire_at=START + timedelta(hours=2))
        self.write(weekly, go_live_at=START + timedelta(hours=1))
        self._make_private(self.write(daily), self.write(daily), weekly)
        self.switch_languages(languages)
        self.translate(pick=0, published=True)

    def _make_private(self, closed, opened, weekly):
        """Create aliases of a private issue, and of one that was private."""
        closed.create_alias(parent=weekly, update_slug="alias")
        restriction = restrict(opened)
        opened.create_alias(parent=weekly, update_slug="alias-of-opened")
        restriction.delete()
        restrict(opened, PageViewRestriction.NONE)
        restrict(closed)

    def write(self, digest, published=True, **fields):
        number = next(self.numbers)
        return make_issue(
            digest,
            number % 27 + 1,
            publish=published,
            slug=f"issue-{number}",
            title=f"Issue {number}",
            tags=(f"tag-{number % 3}",),
            body=body(story(f"Story {number}")),
            image=self.image,
            **fields,
        )

    def all_issues(self):
        return list(IssuePage.objects.order_by("pk"))

    def issue(self, pick, own=False):
        """Return one of the issues; with ``own``, one that is not an alias."""
        found = [page for page in self.all_issues() if not (own and page.alias_of_id)]
        return found[pick % len(found)] if found else None

    def digest(self, pick):
        found = list(DigestPage.objects.order_by("pk"))
        return found[pick % len(found)] if found else None

    def page(self, pick):
        """Return a page that may become private: the section, a digest or an issue."""
        pages = Page.objects.filter(depth__gt=2).order_by("-depth", "pk")
        return pages[pick % len(pages)] if pages else None

    def is_below_limit(self):
        return IssuePage.objects.count() < MANY

    # Actions of editors on issues

    @rule(pick=PICKS, published=st.booleans())
    def make(self, pick, published):
        if self.is_below_limit() and (digest := self.digest(pick)) and not digest.alias_of_id:
            self.write(digest, published)

    @rule(pick=PICKS)
    def save_draft(self, pick):
        if issue := self.issue(pick, own=True):
            issue.title, issue.slug = "Unsaid", f"unsaid-{next(self.numbers)}"
            issue.tags.add("unsaid")
            issue.save_revision(clean=False)

    @rule(pick=PICKS)
    def publish(self, pick):
        if issue := self.issue(pick, own=True):
            issue.go_live_at = issue.expire_at = None
            publish(issue)

    @rule(pick=PICKS, hours=HOURS)
    def schedule(self, pick, hours):
        if issue := self.issue(pick, own=True):
            issue.go_live_at, issue.expire_at = self.now + timedelta(hours=hours), None
            publish(issue)

    @rule(pick=PICKS)
    def cancel_schedule(self, pick):
        if issue := self.issue(pick, own=True):
            approved = Revision.objects.for_instance(issue).exclude(approved_go_live_at=None)
            for revision in approved:
                revision.approved_go_live_at = None
                revision.save(update_fields=["approved_go_live_at"])

    @rule(pick=PICKS, hours=HOURS)
    def set_expiry(self, pick, hours):
        if issue := self.issue(pick, own=True):
            issue.go_live_at, issue.expire_at = None, self.now + timedelta(hours=hours)
            publish(issue)

    @rule(pick=PICKS)
    def revert(self, pick):
        issue = self.issue(pick, own=True)
        first = issue and Revision.objects.for_instance(issue).order_by("pk").first()
        if first and not Page.objects.filter(slug=first.content["slug"]).exclude(pk=issue.pk):
            draft = first.as_object()
            draft.go_live_at = draft.expire_at = None
            publish(draft, previous_revision=first)

    @rule(pick=PICKS)
    def change_slug(self, pick):
        if issue := self.issue(pick, own=True):
            issue.slug = f"renamed-{next(self.numbers)}"
            publish(issue)

    @rule(pick=PICKS)
    def unpublish(self, pick):
        if page := self.page(pick):
            page.specific.unpublish()

    @rule(pick=PICKS)
    def delete(self, pick):
        if issue := self.issue(pick):
            issue.delete()

    @rule(pick=PICKS, to=PICKS)
    def move_issue(self, pick, to):
        issue, digest = self.issue(pick), self.digest(to)
        if issue and digest and not digest.get_children().filter(slug=issue.slug):
            issue.move(digest, "last-child")

    @rule(pick=PICKS, out=st.booleans())
    def move_digest(self, pick, out):
        digest = self.digest(pick)
        target = Page.get_first_root_node() if out else Page.objects.get(pk=self.section.pk)
        if digest and not target.get_children().filter(slug=digest.slug):
            digest.move(target, "last-child")

    @rule(pick=PICKS, to=PICKS)
    def make_alias(self, pick, to):
        issue, digest = self.issue(pick), self.digest(to)
        if issue and digest and self.is_below_limit():
            issue.create_alias(parent=digest, update_slug=f"alias-{next(self.numbers)}")

    @rule(pick=PICKS)
    def make_alias_of_digest(self, pick):
        digest = self.digest(pick)
        if digest and IssuePage.objects.count() + digest.numchild < MANY:
            digest.create_alias(recursive=True, update_slug=f"mirror-{next(self.numbers)}")

    @rule(pick=PICKS)
    def make_alias_a_page(self, pick):
        aliases = IssuePage.objects.exclude(alias_of=None).order_by("pk")
        if aliases:
            ConvertAliasPageAction(aliases[pick % len(aliases)]).execute()

    @rule(pick=PICKS, live=st.booleans())
    def copy(self, pick, live):
        if (issue := self.issue(pick)) and self.is_below_limit():
            issue.copy(keep_live=live, update_attrs={"slug": f"copy-{next(self.numbers)}"})

    @rule(pick=PICKS, published=st.booleans())
    def translate(self, pick, published):
        french = Locale.objects.get_or_create(language_code="fr")[0]
        issue = self.issue(pick, own=True)
        if issue and self.is_below_limit() and not issue.has_translation(french):
            page = issue.copy_for_translation(french, copy_parents=True)
            if published:
                publish(page)
            Site.clear_site_root_paths_cache()  # Wagtail forgets to, after a new translation

    # Changes of restrictions, time, settings and sites

    @rule(pick=PICKS, kind=KINDS)
    def restrict(self, pick, kind):
        if page := self.page(pick):
            PageViewRestriction.objects.create(page=page, restriction_type=kind)

    @rule(pick=PICKS, kind=KINDS)
    def change_restriction(self, pick, kind):
        rows = PageViewRestriction.objects.order_by("pk")
        if rows:
            PageViewRestriction.objects.filter(pk=rows[pick % len(rows)].pk).update(
                restriction_type=kind
            )

    @rule(pick=PICKS)
    def open_again(self, pick):
        rows = PageViewRestriction.objects.order_by("pk")
        if rows:
            rows[pick % len(rows)].delete()

    @rule(hours=HOURS)
    def let_time_pass(self, hours):
        self.now += timedelta(hours=hours)

    @rule()
    def run_worker(self):
        with suppress(ValidationError):
            call_command("publish_scheduled")

    @rule(on=st.booleans())
    def switch_languages(self, on):
        self.set(WAGTAIL_I18N_ENABLED=on)
        Site.clear_site_root_paths_cache()

    @rule(narrow=st.booleans())
    def switch_root(self, narrow):
        self.site.root_page = Page.objects.get(pk=(self.section if narrow else self.home).pk)
        self.site.save()

    @rule(private=st.booleans())
    def make_images_private(self, private):
        CollectionViewRestriction.objects.all().delete()
        if private:
            CollectionViewRestriction.objects.create(
                collection=self.collection, restriction_type="login"
            )
