"""What goes live, and what is taken back, when its time has come: ``manage.py publish_scheduled``.

Each page and each snippet is dealt with in a transaction of its own, in which its row is locked and
looked at again. So a kill leaves it as it was before or as it is to be, two runs at once do nothing
twice, and one that fails holds up no other.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import swapper
from django.apps import apps
from django.db import connections, models, router, transaction
from django.utils import timezone
from wagtail.models import AbstractPage, DraftStateMixin, Revision

from digest.publishing import recovery

logger = logging.getLogger(__name__)

swapper.set_app_prefix("wagtailcore", "wagtail")


class Job(NamedTuple):
    """One thing that is due. ``do`` asks whether it still is, and needs a transaction."""

    due: datetime
    name: str
    do: Callable[[], None]


def run() -> list[str]:
    """Finish what was broken off, then do all that is due; a line for each that failed."""
    failed: dict[str, str] = {}
    # Some of what has just gone live may have expired, too, while nobody ran this.
    for jobs in (_overtaken, _due, _expired, _aliases):
        for job in jobs():
            if job.name not in failed and (error := _attempt(job)):
                failed[job.name] = f"{job.name}: {error}"
    return list(failed.values())


def _attempt(job: Job) -> str:
    """Do it, or none of it; what is wrong, if something is."""
    try:
        with transaction.atomic():
            job.do()
    except Exception as error:
        logger.exception("Not done as scheduled: %s", job.name)
        return str(error) or type(error).__name__
    return ""


def _due() -> list[Job]:
    """All that is to go live or to be taken back, in the order in which it should have been."""
    return sorted([*_expired(), *_approved()], key=lambda job: job.due)


def _expired() -> list[Job]:
    def jobs() -> Iterator[Job]:
        for model in _models():
            rows = model._default_manager.filter(live=True, expire_at__lt=timezone.now())
            for pk, due in rows.values_list("pk", "expire_at"):
                yield Job(due, _name(model, pk), lambda model=model, pk=pk: _expire(model, pk))

    return sorted(jobs(), key=lambda job: job.due)


def _approved() -> Iterator[Job]:
    for revision in _without_content(approved_go_live_at__lt=timezone.now()):
        due = revision.approved_go_live_at
        yield Job(due, _name_of(revision), lambda pk=revision.pk: _publish(pk))


def _overtaken() -> Iterator[Job]:
    """What is approved for later, and may be so by mistake."""
    for revision in _without_content(approved_go_live_at__gte=timezone.now()):
        due = revision.approved_go_live_at
        yield Job(due, _name_of(revision), lambda pk=revision.pk: _withdraw_if_overtaken(pk))


def _without_content(**conditions: Any) -> list[Revision]:
    revisions = Revision.objects.filter(**conditions).select_related("base_content_type")
    return list(revisions.defer("content"))


def _aliases() -> list[Job]:
    """Aliases that do not show what their page shows: they are updated after it."""
    now, page = timezone.now(), _page_model()
    return [
        *(
            Job(now, _name(page, pk), lambda pk=pk: _take_back_alias(pk))
            for pk in recovery.aliases_left_live().values_list("pk", flat=True)
        ),
        *(
            Job(now, _name(page, pk), lambda pk=pk: _update_aliases(pk))
            for pk in recovery.pages_with_stale_aliases().values_list("pk", flat=True)
        ),
    ]


def _models() -> list[type[models.Model]]:
    """Pages, whatever their type, and every kind of snippet that can be a draft."""
    snippets = (
        model
        for model in apps.get_models()
        if issubclass(model, DraftStateMixin) and not issubclass(model, AbstractPage)
    )
    return [_page_model(), *snippets]


def _page_model() -> Any:
    return swapper.load_model("wagtailcore", "Page")


def _name(model: type[models.Model], pk: Any) -> str:
    return f"{model._meta.verbose_name} {pk}"


def _name_of(revision: Revision) -> str:
    model = revision.base_content_type.model_class()
    return _name(model or Revision, revision.object_id if model else revision.pk)


def _locked(rows: models.QuerySet) -> Any:
    """The first of the rows, kept from others until the transaction ends; None where there is none,
    or another transaction has it: that one will see to it, or the next run."""
    features = connections[router.db_for_write(rows.model)].features
    skip = features.has_select_for_update_skip_locked
    return rows.select_for_update(skip_locked=skip, no_key=True).first()


def _expire(model: Any, pk: Any) -> None:
    rows = model._base_manager.filter(pk=pk, live=True, expire_at__lt=timezone.now())
    if found := _locked(rows):
        found.unpublish(set_expired=True, log_action=recovery.UNPUBLISH + ".scheduled")


def _revision_of_locked(pk: int, **conditions: Any) -> Revision | None:
    """A revision that is still so, once what it is of has been locked; None for another."""
    revision = Revision.objects.filter(pk=pk).first()
    # Of an app that is gone, there is nothing to publish.
    model = revision and revision.base_content_type.model_class()
    if not model or not _locked(model._base_manager.filter(pk=revision.object_id)):
        return None
    return Revision.objects.filter(pk=pk, **conditions).first()


def _publish(pk: int) -> None:
    revision = _revision_of_locked(pk, approved_go_live_at__lt=timezone.now())
    if revision and not _withdraw(revision):
        revision.publish(log_action=recovery.PUBLISH + ".scheduled")


def _withdraw_if_overtaken(pk: int) -> None:
    if revision := _revision_of_locked(pk, approved_go_live_at__isnull=False):
        _withdraw(revision)


def _withdraw(revision: Revision) -> bool:
    """Take the approval from a revision that was overtaken; whether it was."""
    if not (reason := recovery.overtaken(revision)):
        return False
    logger.warning("No longer scheduled: revision %s: %s", revision.pk, reason)
    revision.approved_go_live_at = None
    revision.save(update_fields=["approved_go_live_at"])
    return True


def _take_back_alias(pk: int) -> None:
    if alias := _locked(recovery.aliases_left_live().filter(pk=pk)):
        logger.warning("Alias %s was live, and its page was not", pk)
        alias.unpublish(log_action=False)


def _update_aliases(pk: int) -> None:
    if page := _locked(recovery.pages_with_stale_aliases().filter(pk=pk)):
        page.specific.update_aliases(revision=page.live_revision)
