"""What the public data of a page depends on, except the page itself.

``PublicState.shows`` is a text of references, as ",taggit.tag:3,wagtailcore.page:7,". They include
what is hidden now, since it may become public. A link from a text to a page is "link:7", because
such a page may be of any class and has no state of its own.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from wagtail.images import get_image_model

from digest.conf import get_base_page_model, has_languages
from digest.contrib.changes.models import PublicState
from digest.pages.page_models import get_issue_tag_model
from digest.rendering.bodies import Rendering

LINK = "link"
# So many references are searched for by the database; more are compared in Python.
MAX_SEARCHED = 3


def reference(label: str, pk: Any) -> str:
    return f"{label}:{pk}"


def references_of_issues(issues: Iterable[Any]) -> dict[int, str]:
    """Return the references of issues by primary key."""
    issues = list(issues)
    found = {issue.pk: _references_of_body(issue) | _reference_of_image(issue) for issue in issues}
    for pk, name in [*_tags(issues), *_translations(issues)]:
        found[pk].add(name)
    return {pk: _as_text(names) for pk, names in found.items()}


def references_of_digest(digest: Any) -> str:
    return _as_text(_reference_of_image(digest))


def states_that_show(names: set[str]) -> set[int]:
    """Return the ids of the pages whose data depends on one of these references.

    A name that ends with a colon stands for all objects of a model.
    """
    states = PublicState.objects.exclude(shows="")
    if len(names) <= MAX_SEARCHED:
        parts = [Q(shows__contains=f",{name}{_end(name)}") for name in names]
        matching = states.filter(reduce(or_, parts, Q(pk__in=[])))
        return set(matching.values_list("page_id", flat=True))
    rows = states.values_list("page_id", "shows").iterator()
    return {pk for pk, shows in rows if not names.isdisjoint(_with_models(shows))}


def _end(name: str) -> str:
    return "" if name.endswith(":") else ","


def _with_models(shows: str) -> set[str]:
    names = set(shows.split(","))
    return names | {f"{name.partition(':')[0]}:" for name in names}


def _as_text(names: set[str]) -> str:
    return f",{','.join(sorted(names))}," if names else ""


def _references_of_body(issue: Any) -> set[str]:
    rendering = Rendering()
    rendering.body(issue.body)
    page = get_base_page_model()._meta.label_lower
    found = rendering.references()
    return {reference(LINK if label == page else label, pk) for label, pk in found}


def _reference_of_image(page: Any) -> set[str]:
    label = get_image_model()._meta.label_lower
    return {reference(label, page.image_id)} if page.image_id else set()


def _tags(issues: list[Any]) -> list[tuple[int, str]]:
    uses = get_issue_tag_model().objects.filter(content_object__in=[i.pk for i in issues])
    label = uses.model._meta.get_field("tag").related_model._meta.label_lower
    rows = uses.order_by().values_list("content_object_id", "tag_id")
    return [(pk, reference(label, tag)) for pk, tag in rows]


def _translations(issues: list[Any]) -> list[tuple[int, str]]:
    if not has_languages():
        return []
    model = get_base_page_model()
    by_key = defaultdict(list)
    for issue in issues:
        by_key[issue.translation_key].append(issue.pk)
    others = model.objects.filter(translation_key__in=by_key).order_by()
    rows = others.values_list("translation_key", "pk")
    label = model._meta.label_lower
    return [
        (pk, reference(label, other)) for key, other in rows for pk in by_key[key] if pk != other
    ]
