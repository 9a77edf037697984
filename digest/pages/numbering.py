"""The number of an issue, which is unique within its digest."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from digest.pages.drafts import with_draft_values
from digest.pages.page_models import get_issue_page_model, parent_of

MAX_NUMBER = 999_999


def lock(parent: Any) -> None:
    """Lock a parent page until the end of the transaction, so that saves below it do not race."""
    type(parent).objects.select_for_update(no_key=True).get(pk=parent.pk)


@contextmanager
def keeping_locks() -> Iterator[None]:
    """Run a transaction, or go on with the one that runs, without a savepoint.

    There would be nothing to roll back: locks are taken here, and Wagtail saves in its own one.
    """
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        yield


def number_after(digest: Any, day: date) -> int | None:
    """Return the number of the first numbered issue of a digest after a day, drafts included."""
    issues = get_issue_page_model().objects.child_of(digest).filter(alias_of=None)
    later = with_draft_values(issues).filter(draft_date__gt=day, draft_number__isnull=False)
    return later.order_by("draft_date", "pk").values_list("draft_number", flat=True).first()


class NumberingMixin(models.Model):
    """Number the issues of a digest. An alias has the number of its source and is not counted."""

    # Whether a new issue stays without a number, as an imported one does that is older than others.
    is_unnumbered = False

    number = models.PositiveIntegerField(
        _("number"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_NUMBER)],
        help_text=_("Counted up within the digest. Leave empty to take the next one."),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Raise ValidationError for a number that another issue of the digest has."""
        super().clean()
        parent = parent_of(self)
        if self.alias_of_id or self.number is None or parent is None:
            return
        if self._others_below(parent).filter(number=self.number).exists():
            message = _("Another issue of this digest has the number %(number)s.")
            raise ValidationError({"number": message % {"number": self.number}})

    @keeping_locks()
    def save_revision(self, *args: Any, **kwargs: Any) -> Any:
        # Also in the revision, from which aliases are updated.
        self.assign_number()
        return super().save_revision(*args, **kwargs)

    def assign_number(self) -> None:
        """Assign the next number of the digest if the issue has none; needs a transaction.

        A new translation gets the number of its source, if no other issue of its digest has it. An
        issue that was stored without a number stays without, and so do new translations of it.
        """
        if self.number is None and not self.alias_of_id:
            sources = self._numbers_of_sources()
            if not self._stays_unnumbered(sources):
                parent = self.get_parent()
                lock(parent)
                self.number = self._free_number_of(sources, parent) or self.next_number(parent)

    @transaction.atomic
    def replace_taken_number(self) -> None:
        """Assign the next number if another issue of the digest has this one, also in drafts."""
        if self.alias_of_id:
            return
        parent = self.get_parent()
        lock(parent)
        taken = set(self._others_below(parent).values_list("number", flat=True)) - {None}
        if self.number in taken:
            self.number = self.next_number(parent)
            self.save(clean=False, update_fields=["number"])
        ahead = Q(pk=self.latest_revision_id) | Q(approved_go_live_at__isnull=False)
        for revision in self.revisions.filter(ahead):
            if revision.content.get("number") in taken:
                content = revision.content | {"number": self.number}
                self.revisions.filter(pk=revision.pk).update(content=content)

    def _others_below(self, parent: Any) -> QuerySet:
        return type(self).objects.child_of(parent).filter(alias_of=None).exclude(pk=self.pk)

    def _numbers_of_sources(self) -> list[int | None]:
        """Return the numbers of the issues that a new issue is a translation of."""
        if not self._state.adding:
            return []
        sources = type(self).objects.filter(translation_key=self.translation_key)
        return list(sources.order_by("pk").values_list("number", flat=True))

    def _stays_unnumbered(self, sources: list[int | None]) -> bool:
        if not self._state.adding:
            return type(self).objects.filter(pk=self.pk, number=None).exists()
        return self.is_unnumbered or {*sources} == {None}

    def _free_number_of(self, sources: list[int | None], parent: Any) -> int | None:
        number = next((each for each in sources if each is not None), None)
        taken = number and self._others_below(parent).filter(number=number).exists()
        return None if taken else number

    def next_number(self, parent: Any) -> int:
        """Return the number that the next issue below a digest gets by default."""
        # Not counted from the highest possible number, which has no next one.
        countable = self._others_below(parent).filter(number__lt=MAX_NUMBER)
        return (countable.aggregate(highest=models.Max("number"))["highest"] or 0) + 1


def renumber_moved_issue(
    sender: type, instance: Any, parent_page_before: Any, parent_page_after: Any, **kwargs: Any
) -> None:
    """Renumber an issue that moves to a digest where its number is taken."""
    if parent_page_before != parent_page_after:
        instance.specific.replace_taken_number()
