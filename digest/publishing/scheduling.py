"""Publish and unpublish scheduled pages and snippets (``manage.py publish_scheduled``).

Each object has a transaction of its own, in which its row is locked and its condition is checked
again. So a crash leaves no object half-published, concurrent runs do nothing twice, and an error in
one object does not affect the others.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connections, models, router, transaction
from django.utils import timezone
from wagtail.models import AbstractPage, DraftStateMixin, Revision

from digest.conf import get_base_page_model
from digest.publishing import recovery

logger = logging.getLogger(__name__)


class DueAction(NamedTuple):
    """Represent a due action; ``do`` must run in a transaction and checks that it is still due."""

    due: datetime
    name: str
    do: Callable[[], None]


def run() -> list[str]:
    """Repair interrupted publishing, then run all due actions; return a line for each failure."""
    failed: dict[str, str] = {}
    # Expired again after due: an object that has just gone live may have expired in the meantime.
    for actions in (_superseded, _due, _expired, _aliases):
        for action in actions():
            if action.name not in failed and (error := _run_action(action)):
                failed[action.name] = f"{action.name}: {error}"
    return list(failed.values())


def _run_action(action: DueAction) -> str:
    """Run the action in a transaction; return the error, or an empty string."""
    try:
        with transaction.atomic():
            action.do()
    except Exception as error:
        logger.exception("Not done as scheduled: %s", action.name)
        return str(error) or type(error).__name__
    return ""


def _due() -> list[DueAction]:
    """Return the actions to publish and unpublish, sorted by due time."""
    return sorted([*_expired(), *_approved()], key=lambda action: action.due)


def _expired() -> list[DueAction]:
    def actions() -> Iterator[DueAction]:
        for model in _models():
            rows = model._default_manager.filter(live=True, expire_at__lt=timezone.now())
            for pk, due in rows.values_list("pk", "expire_at"):
                yield DueAction(
                    due, _name(model, pk), lambda model=model, pk=pk: _expire(model, pk)
                )

    return sorted(actions(), key=lambda action: action.due)


def _approved() -> Iterator[DueAction]:
    for revision in _without_content(approved_go_live_at__lt=timezone.now()):
        due = revision.approved_go_live_at
        yield DueAction(due, _name_of(revision), lambda pk=revision.pk: _publish(pk))


def _superseded() -> Iterator[DueAction]:
    """Yield an action for each revision approved for later, to check whether it is superseded."""
    for revision in _without_content(approved_go_live_at__gte=timezone.now()):
        due = revision.approved_go_live_at
        yield DueAction(due, _name_of(revision), lambda pk=revision.pk: _withdraw_if_superseded(pk))


def _without_content(**conditions: Any) -> list[Revision]:
    revisions = Revision.objects.filter(**conditions).select_related("base_content_type")
    return list(revisions.defer("content"))


def _aliases() -> list[DueAction]:
    """Return the actions for aliases that differ from their page."""
    now, page = timezone.now(), get_base_page_model()
    return [
        *(
            DueAction(now, _name(page, pk), lambda pk=pk: _unpublish_alias(pk))
            for pk in recovery.aliases_left_live().values_list("pk", flat=True)
        ),
        *(
            DueAction(now, _name(page, pk), lambda pk=pk: _update_aliases(pk))
            for pk in recovery.pages_with_stale_aliases().values_list("pk", flat=True)
        ),
    ]


def _models() -> list[type[models.Model]]:
    """Return the page model, and all snippet models with drafts."""
    snippets = (
        model
        for model in apps.get_models()
        if issubclass(model, DraftStateMixin) and not issubclass(model, AbstractPage)
    )
    return [get_base_page_model(), *snippets]


def _name(model: type[models.Model], pk: Any) -> str:
    return f"{model._meta.verbose_name} {pk}"


def _name_of(revision: Revision) -> str:
    model = revision.base_content_type.model_class()
    return _name(model or Revision, revision.object_id if model else revision.pk)


def _lock_first(rows: models.QuerySet) -> Any:
    """Lock and return the first row; None if there is none, or it is locked by another run."""
    features = connections[router.db_for_write(rows.model)].features
    skip = features.has_select_for_update_skip_locked
    return rows.select_for_update(skip_locked=skip, no_key=True).first()


def _expire(model: Any, pk: Any) -> None:
    rows = model._base_manager.filter(pk=pk, live=True, expire_at__lt=timezone.now())
    if found := _lock_first(rows):
        found.unpublish(set_expired=True, log_action=recovery.UNPUBLISH + ".scheduled")


def _lock_and_reload(pk: int, **conditions: Any) -> Revision | None:
    """Lock the object of a revision; return the revision if it still matches the conditions."""
    revision = Revision.objects.filter(pk=pk).first()
    # The model is None if its app has been removed.
    model = revision and revision.base_content_type.model_class()
    if not model or not _lock_first(model._base_manager.filter(pk=revision.object_id)):
        return None
    return Revision.objects.filter(pk=pk, **conditions).first()


def _publish(pk: int) -> None:
    revision = _lock_and_reload(pk, approved_go_live_at__lt=timezone.now())
    if revision and not _withdraw(revision):
        revision.publish(log_action=recovery.PUBLISH + ".scheduled")


def _withdraw_if_superseded(pk: int) -> None:
    if revision := _lock_and_reload(pk, approved_go_live_at__isnull=False):
        _withdraw(revision)


def _withdraw(revision: Revision) -> bool:
    """Clear the approval of a superseded revision; return whether it was superseded."""
    if not (reason := recovery.superseded_reason(revision)):
        return False
    logger.warning("No longer scheduled: revision %s: %s", revision.pk, reason)
    revision.approved_go_live_at = None
    revision.save(update_fields=["approved_go_live_at"])
    return True


def _unpublish_alias(pk: int) -> None:
    if alias := _lock_first(recovery.aliases_left_live().filter(pk=pk)):
        logger.warning("Alias %s was live, and its page was not", pk)
        alias.unpublish(log_action=False)


def _update_aliases(pk: int) -> None:
    if page := _lock_first(recovery.pages_with_stale_aliases().filter(pk=pk)):
        page.specific.update_aliases(revision=page.live_revision)
