"""Mixins with the fields and rules of a digest and of an issue, for any page class.

The plugin's own page classes in ``digest.models`` use them. A site with another base page model,
other fields or other blocks uses them for its own (docs/how-to/use-your-own-pages.md).
"""

from datetime import datetime
from functools import partial
from typing import Any

import swapper
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.blocks import StreamValue
from wagtail.images import get_image_model_string
from wagtail.models import Site
from wagtail.search import index

from digest import visibility
from digest.blocks import IssueBodyBlock
from digest.blocks.anchors import story_anchors
from digest.blocks.fields import BodyField
from digest.blocks.headings import OneLineTextarea
from digest.blocks.stored import give_ids
from digest.checklist.mixins import ChecklistMixin, ChecklistSettingsMixin
from digest.conf import conf
from digest.pages.bodies import tolerate_broken_body
from digest.pages.credits import CreditsMixin
from digest.pages.discussion import DiscussionMixin, issue_discussion
from digest.pages.forms import DigestPageForm, IssuePageForm
from digest.pages.headlines import headline_and_summary
from digest.pages.listing import children_of, latest_first, neighbours, paginate, related_issues
from digest.pages.new_issues import NewIssuesMixin
from digest.pages.numbering import NumberingMixin, keeping_locks, lock
from digest.pages.page_models import get_issue_page_model, parent_of
from digest.pages.panels import DatePanel, TagsPanel
from digest.pages.provenance import set_draft_provenance
from digest.pages.serving import ReadersPageMixin
from digest.pages.slugs import digest_slug_error, find_available_slug, is_proposed
from digest.pages.stories import StoriesMixin, reading_line
from digest.pages.time_zones import TimeZoneMixin, at_time, time_zone_of
from digest.previews.frontend import PreviewMixin
from digest.publishing.publish import PublishingMixin, clean_stream

# Of so many issues, sorting them all costs no more than looking for them among those of others.
MAX_SORTED = 40
DIGEST_PAGE_MODEL = swapper.get_model_name("digest", "DigestPage")
ISSUE_PAGE_MODEL = swapper.get_model_name("digest", "IssuePage")
ISSUE_TAG_MODEL = swapper.get_model_name("digest", "IssueTag")


class DigestPageMixin(
    ReadersPageMixin,
    PublishingMixin,
    DiscussionMixin,
    NewIssuesMixin,
    TimeZoneMixin,
    ChecklistSettingsMixin,
):
    """Make a page a digest: a publication with issues below it."""

    tagline = models.CharField(
        _("tagline"),
        max_length=255,
        blank=True,
        help_text=_("What readers get, in one line. Shown under the title and in feeds."),
    )
    image = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("image"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    base_form_class = DigestPageForm
    content_panels = [
        TitleFieldPanel("title"),
        FieldPanel("tagline"),
        FieldPanel("image"),
        *TimeZoneMixin.time_zone_panels,
        *NewIssuesMixin.new_issue_panels,
        *ChecklistSettingsMixin.checklist_panels,
        *DiscussionMixin.discussion_panels,
    ]
    search_fields = [index.SearchField("tagline")]
    default_template = "digest/digest_page.html"
    subpage_types = [ISSUE_PAGE_MODEL]
    page_description = _("A publication such as a daily letter. Its issues are its subpages.")

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Raise ValidationError for the slug of another digest of the site."""
        super().clean()
        parent = parent_of(self)
        if self.alias_of_id or parent is None:
            return
        digests, own = type(self).objects.all(), {self.pk} - {None}
        message = digest_slug_error(digests, self.slug, self.locale_id, parent, own)
        if message:
            raise ValidationError({"slug": message})

    def get_issues(self) -> QuerySet:
        """Return all issues of this digest, public or not; see ``get_public_issues``."""
        # Not ``child_of``, since SQLite reads all pages for its LIKE.
        paths = self._get_children_path_interval(self.path)
        return get_issue_page_model().objects.filter(path__range=paths, depth=self.depth + 1)

    def get_public_issues(self) -> QuerySet:
        """Return the issues that any reader may see, newest first."""
        return latest_first(visibility.public(self._issues_by_date()))

    def _issues_by_date(self) -> QuerySet:
        """Return ``get_issues`` in a query for the newest, if there are many."""
        if self._has_own_issues or self.numchild <= MAX_SORTED:
            return self.get_issues()
        return children_of(get_issue_page_model().objects.all(), [self.path])

    @property
    def _has_own_issues(self) -> bool:
        return type(self).get_issues is not DigestPageMixin.get_issues

    @visibility.snapshot()
    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add ``issues``, a page of the archive.

        Readers who have passed the view restriction of the digest see its issues, except those
        with a restriction of their own.
        """
        context = super().get_context(request, *args, **kwargs)
        visible = visibility.public
        is_authorised = getattr(request, "digest_authorised_for", None) == self.pk
        if is_authorised:
            visible = partial(visibility.visible_if_authorised, self)
        issues, counted = visible(self._issues_by_date()), visible(self.get_issues())
        key = () if self._has_own_issues else (type(self), self.pk, is_authorised)
        context["issues"] = paginate(latest_first(issues), request.GET.get("page"), counted, key)
        return context


class IssuePageMixin(
    PreviewMixin, ReadersPageMixin, StoriesMixin, NumberingMixin, CreditsMixin, ChecklistMixin
):
    """Make a page an issue of a digest, with date, number, byline, tags and a body of blocks."""

    date = models.DateField(
        _("date"),
        default=timezone.localdate,
        db_index=True,
        help_text=_(
            "The day this issue is for. Issues are ordered by it, and the slug follows it."
        ),
    )
    tags = ClusterTaggableManager(
        through=ISSUE_TAG_MODEL, blank=True, related_name="+", verbose_name=_("tags")
    )
    image = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("image"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Shown at the top of the issue, in lists and in link previews."),
    )
    body = BodyField(IssueBodyBlock(), verbose_name=_("body"))
    # Read off the body when the issue is saved, so that lists need not load it.
    word_count = models.PositiveIntegerField(default=0, editable=False)
    headline = models.TextField(blank=True, editable=False)
    summary = models.TextField(blank=True, editable=False)

    base_form_class = IssuePageForm
    content_panels = [
        # Not TitleFieldPanel: the slug follows the date.
        FieldPanel(
            "title",
            classname="title",
            widget=OneLineTextarea(attrs={"placeholder": format_lazy("{}*", _("Page title"))}),
            help_text=_("Readers see it as the headline."),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        DatePanel("date", classname="", placeholder=False),
                        FieldPanel("number"),
                    ]
                ),
                FieldPanel("byline"),
                TagsPanel(
                    "tags",
                    help_text=_(
                        "What the issue is about. Each tag has a page with all its issues."
                    ),
                ),
            ],
            heading=_("Issue"),
        ),
        MultiFieldPanel(
            [FieldPanel("image")], heading=_("Image of the issue"), classname="collapsed"
        ),
        FieldPanel("body"),
        *CreditsMixin.correction_panels,
    ]
    search_fields = [
        index.SearchField("body"),
        *CreditsMixin.credit_search_fields,
        index.FilterField("date"),
        index.RelatedFields("tags", [index.SearchField("name")]),
    ]
    default_template = "digest/issue_page.html"
    parent_page_types = [DIGEST_PAGE_MODEL]
    subpage_types: list[str] = []
    exclude_fields_in_copy = ["number", "correction", "corrected_at"]
    page_description = _("One issue: a headline, stories, a bottom line and sources.")

    class Meta:
        abstract = True

    @cached_property
    def stories(self) -> list[StreamValue.StreamChild]:
        return [child for child in self.body if child.block_type == "story_section"]

    @cached_property
    def story_anchors(self) -> dict[str, str]:
        """The anchor of each story by block id, unique within the issue."""
        return story_anchors(self.body)

    @property
    def reading_time_minutes(self) -> int:
        return max(1, round(self.word_count / conf.WORDS_PER_MINUTE))

    @cached_property
    def digest(self) -> Any:
        """The digest of this issue, or None if that is not public.

        For a list of issues, ``with_digests`` sets it with fewer queries.
        """
        parent = self.get_parent().specific
        return parent if visibility.is_public(parent) else None

    @property
    def discussion(self) -> dict[str, Any] | None:
        """The settings of this issue's discussion, or None."""
        return issue_discussion(self)

    @property
    def published_at(self) -> datetime:
        """When the issue was first published, or its date if code made it live."""
        return self.first_published_at or at_time(self.date, 0, time_zone_of(self.digest))

    @property
    def updated_at(self) -> datetime:
        """When the issue last changed for readers."""
        return self.last_published_at or self.published_at

    def clean(self) -> None:
        """Derive the headline, also for the preview of an unsaved form."""
        super().clean()
        self._derive_headline()

    def with_content_json(self, content: dict[str, Any]) -> Any:
        """Derive the headline, which an old revision does not have."""
        issue = super().with_content_json(content)
        issue._derive_headline()
        return issue

    def clean_for_publishing(self) -> None:
        """Validate the body and the checklist, too, however the issue is published."""
        super().clean_for_publishing()
        clean_stream("body", self.body)
        self.clean_checklist()

    def save_revision(self, *args: Any, **kwargs: Any) -> Any:
        """Give each block an id, which it keeps when this revision is published."""
        give_ids(self.body)
        return super().save_revision(*args, **kwargs)

    @keeping_locks()
    def save(self, clean: bool = True, *args: Any, **kwargs: Any) -> Any:
        """Validate a live body, derive columns from it, and assign a number and a free slug."""
        fields = kwargs.get("update_fields")
        written = {"title", "body", "live"} if fields is None else set(fields)
        if clean and self.live and written & {"body", "live"} and self._is_body_new():
            clean_stream("body", self.body)
        if written & {"body", "title"}:
            self._derive_headline()
            with tolerate_broken_body(self):
                self.word_count = len(reading_line(self.body.stream_block, self.body).split())
            if fields is not None:
                kwargs["update_fields"] = {*fields, "word_count", "headline", "summary"}
        if fields is None:
            self._replace_taken_slug()
            self.assign_number()
        return super().save(clean, *args, **kwargs)

    def get_indexed_instance(self) -> Any:
        """Read the tags once for Wagtail's search index, which asks for them three times."""
        found = super().get_indexed_instance()
        if found is not None:
            prefetch_related_objects([found], "tags")
        return found

    def _derive_headline(self) -> None:
        opening = None
        with tolerate_broken_body(self):
            if child := self.body.first_block_by_name("headline"):
                opening = child.get_prep_value()["value"]
        for name, text in headline_and_summary(opening, self.title).items():
            setattr(self, name, text)

    def _is_body_new(self) -> bool:
        # A body that is live already may stay, also in an alias, if the rules have become stricter.
        if self.alias_of_id:
            return False
        published = type(self).objects.filter(pk=self.pk, live=True).only("body").first()
        return published is None or published.body != self.body

    def _replace_taken_slug(self) -> None:
        # Another issue may have taken the slug since the form proposed it.
        if not self._state.adding or not is_proposed(self.slug, self.date):
            return
        parent = self.get_parent()
        lock(parent)
        if not self._slug_is_available(self.slug, parent, self):
            self.slug = find_available_slug(str(self.date), parent.get_children())

    def _get_autogenerated_slug(self, base_slug: str) -> str:
        # Wagtail calls this for a page without a slug, with the slugified title.
        return super()._get_autogenerated_slug(str(self.date) if self.date else base_slug)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add ``digest``, ``neighbours`` and ``related``, issues with the same tags."""
        context = super().get_context(request, *args, **kwargs)
        if getattr(request, "is_preview", False):  # The digest may be a draft, too.
            self.digest = self.get_parent().specific
            set_draft_provenance(self)
        else:
            prefetch_related_objects([self], "tagged_items__tag")
        with visibility.snapshot():
            near = neighbours(self)
            site, shown = Site.find_for_request(request), filter(None, near.values())
            related = related_issues(self, site, exclude=shown)
            return context | {"digest": self.digest, "neighbours": near, "related": related}
