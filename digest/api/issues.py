"""Serialize issues and their stories.

A whole response takes a constant number of queries, and only the requested fields are computed. The
schema is in ``digest.api.serializers``.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db.models import F, QuerySet, prefetch_related_objects
from django.db.models.lookups import In

from digest import statements, visibility
from digest.api.representations import LINKED, digest_reference, reference
from digest.api.scope import Scope
from digest.blocks.stored import fits
from digest.conf import get_base_page_model
from digest.pages.listing import neighbours, with_digests, with_locales
from digest.pages.page_models import get_issue_page_model, get_issue_tag_model
from digest.pages.provenance import with_provenance
from digest.rendering import seo
from digest.rendering.bodies import Rendering
from digest.rendering.markdown import issue_markdown


def _translations(pages: list[Any], scope: Scope) -> dict[Any, list[Any]]:
    """Return the public translations of pages by translation key, with one query."""
    translations: dict[Any, list[Any]] = defaultdict(list)
    if scope.has_languages:
        keys = {page.translation_key for page in pages}
        model = get_base_page_model()
        others = visibility.public(model.objects.filter(translation_key__in=keys), scope.site)
        for other in others.select_related("locale").order_by("locale__language_code", "pk"):
            translations[other.translation_key].append(other)
    return translations


def _uses_of_tags(issues: list[Any]) -> QuerySet:
    """Return the tags of issues with a slug; one of emoji alone has none, and so no URL."""
    uses = get_issue_tag_model().objects.filter(In(F("content_object_id"), issues))
    return uses.exclude(tag__slug="").values_list("tag__name", "tag__slug", "content_object_id")


FieldNames = Collection[str]


class Issues:
    """Serialize issues with the given fields.

    Related objects are queried once for all issues, and only if a field needs them.
    """

    def __init__(self, issues: Iterable[Any], fields: FieldNames, scope: Scope) -> None:
        self.scope, self.fields = scope, fields
        self.issues = list(issues)
        self.digests: dict[Any, dict[str, Any]] = {}
        scope.note_shown("issue", self.issues)
        if self._needs("locale", "seo", "provenance") or scope.has_languages:
            with_locales(self.issues)
        if self._needs("digest", "discussion", "seo", "provenance"):
            self._set_digests()
        if self._needs("provenance", "seo"):
            self._set_provenance()
        self.tags = self._tags() if self._needs("tags", "seo") else {}
        self.translations = _translations(self.issues, scope) if self._needs("translations") else {}
        self.rendering = Rendering(scope.base_url, scope.text)
        issues = self.issues if self._needs("body") else ()
        self.bodies = {
            issue.pk: self.rendering.body(issue.body, scope.page_url(issue)) for issue in issues
        }
        self.rendering.resolve(self._images() if self._needs("image", "seo") else ())

    def _needs(self, *fields: str) -> bool:
        return not self.fields.isdisjoint(fields)

    def _set_digests(self) -> None:
        needs_all = self._needs("discussion", "seo", "provenance")
        # The time zone is that of days without a time.
        only = () if needs_all else (*LINKED, "time_zone")
        with_digests(self.issues, self.scope.site, only)

    def _set_provenance(self) -> None:
        with_provenance(self.issues)

    def _images(self) -> Iterable[int]:
        digests = (issue.digest for issue in self.issues) if self._needs("seo") else ()
        pages = [*self.issues, *filter(None, digests)]
        return [page.image_id for page in pages if page.image_id]

    def _tags(self) -> dict[int, list[dict[str, str]]]:
        uses = statements.fetch(("tags",), _uses_of_tags, issues=[i.pk for i in self.issues])
        tags: dict[int, list[dict[str, str]]] = defaultdict(list)
        for name, slug, pk in sorted(uses):
            tags[pk].append({"name": name, "slug": slug})
        return tags

    def as_data(self) -> list[dict[str, Any]]:
        """Return the data of the issues, with the fields in the order of the schema."""
        getters = [(name, get) for name, get in ISSUE_FIELDS.items() if name in self.fields]
        return [{name: get(self, issue) for name, get in getters} for issue in self.issues]

    def _digest(self, issue: Any) -> dict[str, Any] | None:
        digest = issue.digest
        if digest and digest.pk not in self.digests:
            self.digests[digest.pk] = digest_reference(digest, self.scope)
        return digest and self.digests[digest.pk]

    def _correction(self, issue: Any) -> dict[str, str] | None:
        note = issue.correction_note
        return note and note | {"at": seo.utc_isoformat(note["at"])}

    def _provenance(self, issue: Any) -> dict[str, Any] | None:
        found = issue.disclosure
        return found and {
            "ai": found.ai,
            "text": found.text,
            "approved_by": found.approved_by,
            "approved_at": found.approved_at and seo.utc_isoformat(found.approved_at),
        }

    def _neighbour(self, issue: Any, side: str) -> dict[str, Any] | None:
        if not hasattr(issue, "neighbours"):
            issue.neighbours = neighbours(issue, self.scope.site, LINKED)
        neighbour = issue.neighbours[side]
        return neighbour and reference(neighbour, self.scope)

    def _seo(self, issue: Any) -> dict[str, Any]:
        names = [tag["name"] for tag in self.tags.get(issue.pk, ())]
        return seo.issue_seo(issue, self.scope.site, self.rendering.shown_images, names)

    def _other_translations(self, issue: Any) -> list[dict[str, Any]]:
        return [
            reference(page, self.scope) | {"locale": page.locale.language_code}
            for page in self.translations.get(issue.translation_key, ())
            if page.pk != issue.pk
        ]


ISSUE_FIELDS: dict[str, Callable[[Issues, Any], Any]] = {
    "id": lambda self, issue: issue.pk,
    "type": lambda self, issue: "issue",
    "slug": lambda self, issue: issue.slug,
    "title": lambda self, issue: issue.title,
    "number": lambda self, issue: issue.number,
    "url": lambda self, issue: self.scope.page_url(issue),
    "api_url": lambda self, issue: self.scope.api_url("issues", issue.pk),
    "date": lambda self, issue: issue.date.isoformat(),
    "published_at": lambda self, issue: seo.utc_isoformat(issue.published_at),
    "updated_at": lambda self, issue: seo.utc_isoformat(issue.updated_at),
    "locale": lambda self, issue: issue.locale.language_code,
    "headline": lambda self, issue: issue.headline,
    "summary": lambda self, issue: issue.summary,
    "byline": lambda self, issue: issue.byline,
    "correction": Issues._correction,
    "provenance": Issues._provenance,
    "word_count": lambda self, issue: issue.word_count,
    "reading_time_minutes": lambda self, issue: issue.reading_time_minutes,
    "tags": lambda self, issue: self.tags.get(issue.pk, []),
    "digest": Issues._digest,
    "image": lambda self, issue: self.rendering.shown_images.get(issue.image_id),
    "body": lambda self, issue: self.bodies[issue.pk],
    "discussion": lambda self, issue: issue.discussion,
    "translations": Issues._other_translations,
    "previous": lambda self, issue: self._neighbour(issue, "previous"),
    "next": lambda self, issue: self._neighbour(issue, "next"),
    "seo": Issues._seo,
}
# Not in lists; ``include=body`` adds the body.
DETAIL_ONLY = ("body", "previous", "next", "seo")
LIST_FIELDS = [name for name in ISSUE_FIELDS if name not in DETAIL_ONLY]


class Stories:
    """Serialize stories with the given fields, from their table instead of the issues' bodies."""

    def __init__(self, stories: Iterable[Any], fields: FieldNames, scope: Scope) -> None:
        self.scope, self.fields = scope, fields
        self.stories = self._with_issues(list(stories))
        rendering, block = Rendering(scope.base_url, scope.text), story_block()
        self.values = {
            story.pk: rendering.value(block, story.value, scope.page_url(story.issue))
            for story in self.stories
            if fits(block, story.value)
        }
        rendering.resolve()
        # Leave out those whose data is broken.
        self.stories = [story for story in self.stories if self.values.get(story.pk) is not None]

    def _with_issues(self, stories: list[Any]) -> list[Any]:
        """Set the issue of each story, and leave out those whose issue was just deleted."""
        issues = get_issue_page_model().objects.defer("body")
        issues = issues.in_bulk([story.issue_id for story in stories])
        with_digests(with_locales(issues.values()), self.scope.site)
        stories = [story for story in stories if story.issue_id in issues]
        for story in stories:
            story.issue = issues[story.issue_id]
        return stories

    def as_data(self) -> list[dict[str, Any]]:
        names = [name for name in story_fields() if name in self.fields]
        stories = [self._story(story) for story in self.stories]
        return [{name: story[name] for name in names} for story in stories]

    def _story(self, story: Any) -> dict[str, Any]:
        issue = story.issue
        return self.values[story.pk] | {
            "id": story.block_id,
            "type": "story",
            "anchor": story.anchor,
            "url": f"{self.scope.page_url(issue)}#{story.anchor}",
            "api_url": self.scope.localized_url(
                issue, self.scope.api_url("stories", story.block_id)
            ),
            "date": story.date.isoformat(),
            "locale": issue.locale.language_code,
            "issue": reference(issue, self.scope),
            "digest": issue.digest and digest_reference(issue.digest, self.scope),
        }


# In the order of the response; a site's own block may have more fields.
STORY_FIELDS = ["id", "type", "heading", "anchor", "url", "api_url", "date", "locale", "body"]
STORY_FIELDS += ["why_it_matters", "image", "sources", "issue", "digest"]


def story_fields() -> list[str]:
    """Return the names of the fields of a story, including those of a site's own block."""
    return list(dict.fromkeys([*STORY_FIELDS, *story_block().child_blocks]))


def as_markdown(issue: Any, scope: Scope) -> str:
    """Return an issue as a Markdown document."""
    prefetch_related_objects([issue], "tagged_items__tag")
    issues = Issues([issue], {"body", "digest", "image", "locale"}, scope)
    image = issues.rendering.shown_images.get(issue.image_id)
    return issue_markdown(issue, issues.bodies[issue.pk], image)


def story_block() -> Any:
    """Return the story block of the site's issue page class."""
    body = get_issue_page_model()._meta.get_field("body").stream_block
    return body.child_blocks["story_section"]
