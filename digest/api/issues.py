"""Issues and their stories turned into the data of an answer.

They are gathered for a whole answer at a constant number of queries, and make only the members that
were asked for. The shapes, as the schema tells them, are in ``digest.api.serializers``.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any

import swapper
from django.db.models import prefetch_related_objects

from digest import visibility
from digest.api.representations import LINKED, digest_reference, reference
from digest.api.scope import Scope
from digest.blocks.stored import fits
from digest.pages.listing import neighbours, with_digests, with_locales
from digest.pages.page_models import get_issue_page_model, get_issue_tag_model
from digest.rendering import seo
from digest.rendering.bodies import Rendering
from digest.rendering.markdown import issue_markdown


def _translations(pages: list[Any], scope: Scope) -> dict[Any, list[Any]]:
    """The public translations of pages, by translation key; one query for all of them."""
    found: dict[Any, list[Any]] = defaultdict(list)
    if scope.has_languages:
        keys = {page.translation_key for page in pages}
        model = swapper.load_model("wagtailcore", "Page")
        others = visibility.public(model.objects.filter(translation_key__in=keys), scope.site)
        for other in others.select_related("locale").order_by("locale__language_code", "pk"):
            found[other.translation_key].append(other)
    return found


Members = Collection[str]


class Issues:
    """The issues of an answer; ``as_data`` makes the data of each, of the members asked for.

    What costs a query is looked up for all of them, and only if a member needs it.
    """

    def __init__(self, issues: Iterable[Any], members: Members, scope: Scope) -> None:
        self.scope, self.members = scope, members
        self.issues = list(issues)
        scope.shows("issue", self.issues)
        if self._needs("locale", "seo") or scope.has_languages:
            with_locales(self.issues)
        if self._needs("digest", "discussion", "seo"):
            self._look_up_digests()
        self.tags = self._tags() if self._needs("tags", "seo") else {}
        self.translations = _translations(self.issues, scope) if self._needs("translations") else {}
        self.rendering = Rendering(scope.base_url, scope.text)
        told = self.issues if self._needs("body") else ()
        self.bodies = {issue.pk: self.rendering.body(issue.body) for issue in told}
        self.rendering.resolve(self._images() if self._needs("image", "seo") else ())

    def _needs(self, *members: str) -> bool:
        return not self.members.isdisjoint(members)

    def _look_up_digests(self) -> None:
        with_digests(self.issues, self.scope.site)

    def _images(self) -> Iterable[int]:
        digests = (issue.digest for issue in self.issues) if self._needs("seo") else ()
        pages = [*self.issues, *filter(None, digests)]
        return [page.image_id for page in pages if page.image_id]

    def _tags(self) -> dict[int, list[dict[str, str]]]:
        """By name; one without a slug (an emoji alone) has no address and is left out."""
        uses = get_issue_tag_model().objects.filter(content_object__in=[i.pk for i in self.issues])
        uses = uses.exclude(tag__slug="").values_list("tag__name", "tag__slug", "content_object_id")
        found: dict[int, list[dict[str, str]]] = defaultdict(list)
        for name, slug, pk in sorted(uses):
            found[pk].append({"name": name, "slug": slug})
        return found

    def as_data(self) -> list[dict[str, Any]]:
        """The data of the issues, in their order, and its members in the order of the schema."""
        makers = [(name, make) for name, make in ISSUE_MEMBERS.items() if name in self.members]
        return [{name: make(self, issue) for name, make in makers} for issue in self.issues]

    def _digest(self, issue: Any) -> dict[str, Any] | None:
        return issue.digest and digest_reference(issue.digest, self.scope)

    def _neighbour(self, issue: Any, side: str) -> dict[str, Any] | None:
        if not hasattr(issue, "neighbours"):
            issue.neighbours = neighbours(issue, self.scope.site, LINKED)
        found = issue.neighbours[side]
        return found and reference(found, self.scope)

    def _seo(self, issue: Any) -> dict[str, Any]:
        names = [tag["name"] for tag in self.tags.get(issue.pk, ())]
        return seo.issue_seo(issue, self.scope.site, self.rendering.shown_images, names)

    def _other_translations(self, issue: Any) -> list[dict[str, Any]]:
        return [
            reference(page, self.scope) | {"locale": page.locale.language_code}
            for page in self.translations.get(issue.translation_key, ())
            if page.pk != issue.pk
        ]


ISSUE_MEMBERS: dict[str, Callable[[Issues, Any], Any]] = {
    "id": lambda answer, issue: issue.pk,
    "type": lambda answer, issue: "issue",
    "slug": lambda answer, issue: issue.slug,
    "title": lambda answer, issue: issue.title,
    "number": lambda answer, issue: issue.number,
    "url": lambda answer, issue: answer.scope.page_url(issue),
    "api_url": lambda answer, issue: answer.scope.api_url("issues", issue.pk),
    "date": lambda answer, issue: issue.date.isoformat(),
    "published_at": lambda answer, issue: seo.utc_isoformat(issue.published_at),
    "updated_at": lambda answer, issue: seo.utc_isoformat(issue.updated_at),
    "locale": lambda answer, issue: issue.locale.language_code,
    "headline": lambda answer, issue: issue.headline,
    "summary": lambda answer, issue: issue.summary,
    "word_count": lambda answer, issue: issue.word_count,
    "reading_time_minutes": lambda answer, issue: issue.reading_time_minutes,
    "tags": lambda answer, issue: answer.tags.get(issue.pk, []),
    "digest": Issues._digest,
    "image": lambda answer, issue: answer.rendering.shown_images.get(issue.image_id),
    "body": lambda answer, issue: answer.bodies[issue.pk],
    "discussion": lambda answer, issue: issue.discussion,
    "translations": Issues._other_translations,
    "previous": lambda answer, issue: answer._neighbour(issue, "previous"),
    "next": lambda answer, issue: answer._neighbour(issue, "next"),
    "seo": Issues._seo,
}
# What a list shows unless it is asked for more, and what it may be asked for.
DETAIL_ONLY = ("body", "previous", "next", "seo")
LIST_MEMBERS = [name for name in ISSUE_MEMBERS if name not in DETAIL_ONLY]


class Stories:
    """The stories of an answer, from the table of them: their issues' bodies are not read."""

    def __init__(self, stories: Iterable[Any], members: Members, scope: Scope) -> None:
        self.scope, self.members, self.stories = scope, members, list(stories)
        issues = get_issue_page_model().objects.defer("body")
        issues = issues.in_bulk([story.issue_id for story in self.stories])
        with_digests(with_locales(issues.values()), scope.site)
        rendering, block = Rendering(scope.base_url, scope.text), story_block()
        self.values = {
            story.pk: value
            for story in self.stories
            if fits(block, story.value)
            and (value := rendering.value(block, story.value)) is not None
        }
        rendering.resolve()
        # Neither those whose data is broken, nor those whose issue was deleted just now.
        self.stories = [
            story for story in self.stories if story.pk in self.values and story.issue_id in issues
        ]
        for story in self.stories:
            story.issue = issues[story.issue_id]

    def as_data(self) -> list[dict[str, Any]]:
        """The data of the stories, in their order."""
        members = [name for name in story_members() if name in self.members]
        stories = [self._story(story) for story in self.stories]
        return [{name: story[name] for name in members} for story in stories]

    def _story(self, story: Any) -> dict[str, Any]:
        issue = story.issue
        return self.values[story.pk] | {
            "id": story.block_id,
            "type": "story",
            "anchor": story.anchor,
            "url": f"{self.scope.page_url(issue)}#{story.anchor}",
            "api_url": self.scope.in_language_of(
                issue, self.scope.api_url("stories", story.block_id)
            ),
            "date": story.date.isoformat(),
            "locale": issue.locale.language_code,
            "issue": reference(issue, self.scope),
            "digest": issue.digest and digest_reference(issue.digest, self.scope),
        }


# A story's own members, in the order of the answer; a site's own block may have more.
STORY_MEMBERS = ["id", "type", "heading", "anchor", "url", "api_url", "date", "locale", "body"]
STORY_MEMBERS += ["why_it_matters", "image", "sources", "issue", "digest"]


def story_members() -> list[str]:
    """The members of a story, with those that a site's own block has besides."""
    return list(dict.fromkeys([*STORY_MEMBERS, *story_block().child_blocks]))


def as_markdown(issue: Any, scope: Scope) -> str:
    """An issue as one Markdown document."""
    prefetch_related_objects([issue], "tagged_items__tag")
    answer = Issues([issue], {"body", "digest", "image", "locale"}, scope)
    image = answer.rendering.shown_images.get(issue.image_id)
    return issue_markdown(issue, answer.bodies[issue.pk], image)


def story_block() -> Any:
    """The block that stories are, as the site's own page class has it."""
    body = get_issue_page_model()._meta.get_field("body").stream_block
    return body.child_blocks["story_section"]
