"""Which digests and issues a user of the admin may know of; Wagtail's page permissions say it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import swapper
from django.db.models import Model, QuerySet
from django.urls import reverse
from wagtail.permissions import policy_registry

from digest import visibility
from digest.checklist.findings import Mention
from digest.pages.page_models import get_digest_page_model, get_issue_page_model


class Named(NamedTuple):
    """An issue that a screen names; no title where the user may not know of it."""

    mention: Mention
    title: str
    url: str


def digests_seen_by(user: Any) -> QuerySet:
    """The digests that the page explorer shows to a user."""
    return _among(get_digest_page_model(), policy_of_pages().explorable_instances(user))


def digests_for(user: Any, *actions: str) -> QuerySet:
    """The digests on which a user has one of the permissions: ``add``, ``change``, ..."""
    pages = policy_of_pages().instances_user_has_any_permission_for(user, set(actions))
    return _among(get_digest_page_model(), pages).order_by("title", "pk")


def issues_seen_by(user: Any) -> QuerySet:
    """The issues that the page explorer shows to a user."""
    return _among(get_issue_page_model(), policy_of_pages().explorable_instances(user))


def names(mentions: Iterable[Mention], user: Any) -> dict[int, Named]:
    """The issues as a user may know them: to edit, by their title, or by their date alone."""
    pks = {mention.pk for mention in mentions}
    if not pks:
        return {}
    issues = get_issue_page_model().objects.filter(pk__in=pks)
    policy = policy_registry.get_by_type(issues.model)
    may_edit = policy.instances_user_has_permission_for(user, "change")
    editable = set(may_edit.filter(pk__in=pks).values_list("pk", flat=True))
    known = editable | set(visibility.public(issues).values_list("pk", flat=True))
    return {
        mention.pk: Named(
            mention,
            mention.title if mention.pk in known else "",
            reverse("wagtailadmin_pages:edit", args=[mention.pk]) if mention.pk in editable else "",
        )
        for mention in mentions
    }


def policy_of_pages() -> Any:
    """Who may do what with pages: Wagtail's rules, or the site's own."""
    return policy_registry.get_by_type(swapper.load_model("wagtailcore", "Page"))


def _among(model: type[Model], pages: QuerySet) -> QuerySet:
    # What the policy answers with are pages of any kind.
    return model.objects.filter(pk__in=pages.order_by().values("pk"))
