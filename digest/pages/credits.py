"""The byline of an issue, the note about a correction in it, and its provenance."""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.search import index

from digest.pages.provenance import Provenance, with_provenance
from digest.pages.time_zones import time_zone_of


class CreditsMixin(models.Model):
    """Store who wrote an issue, and what was corrected in it and when."""

    byline = models.CharField(
        _("byline"),
        max_length=255,
        blank=True,
        help_text=_("Who wrote this issue, as readers see it. Without it, the digest is named."),
    )
    correction = models.TextField(
        _("correction note"),
        blank=True,
        help_text=_("For example: The first story named the wrong city. It is Porto."),
    )
    # When the published note last changed.
    corrected_at = models.DateTimeField(null=True, editable=False)

    correction_panels = [
        MultiFieldPanel(
            [FieldPanel("correction")],
            heading=_("Correction"),
            classname="collapsed",
            help_text=_(
                "What was wrong in the published issue and is right now. Readers see it above the "
                "text, in feeds and in mails, dated with the day on which it is published."
            ),
        )
    ]
    credit_search_fields = [index.SearchField("byline")]

    class Meta:
        abstract = True

    @property
    def correction_note(self) -> dict[str, Any] | None:
        """The note as ``text`` and ``at``, the datetime since which it is public; or None."""
        if not self.correction:
            return None
        text = self.correction.replace("\r\n", "\n")
        return {"text": text, "at": self.corrected_at or self.updated_at}

    @property
    def corrected_on(self) -> date | None:
        """The day of the correction note in the time zone of the digest."""
        note = self.correction_note
        return note and timezone.localdate(note["at"], time_zone_of(self.digest))

    @cached_property
    def provenance(self) -> Provenance | None:
        """How the issue was made, if a machine has submitted it.

        For a list of issues, ``with_provenance`` sets it with fewer queries.
        """
        with_provenance([self])
        return self.provenance

    @property
    def disclosure(self) -> Provenance | None:
        """The provenance, if AI has written the issue: only then is it disclosed to readers."""
        return self.provenance if self.provenance and self.provenance.ai else None

    def clean(self) -> None:
        """Date the correction note, also for the preview of an unsaved form."""
        super().clean()
        self._date_correction()

    def with_content_json(self, content: dict[str, Any]) -> Any:
        """Date the note of a revision as the published one, or else as when it was saved."""
        issue = super().with_content_json(content)
        issue.corrected_at = issue._public_since() or issue.corrected_at
        return issue

    def save(self, clean: bool = True, *args: Any, **kwargs: Any) -> Any:
        fields = kwargs.get("update_fields")
        if fields is None or "correction" in fields:
            self._date_correction()
            if fields is not None:
                kwargs["update_fields"] = {*fields, "corrected_at"}
        return super().save(clean, *args, **kwargs)

    def _date_correction(self) -> None:
        self.corrected_at = (self._public_since() or timezone.now()) if self.correction else None

    def _public_since(self) -> datetime | None:
        """Return the datetime of the published note, or of that of its source for an alias.

        It is None if the published note is another one.
        """
        if not self.correction:
            return None
        published = Q(live=True) | Q(first_published_at__isnull=False)
        rows = type(self).objects.filter(published, pk=self.alias_of_id or self.pk)
        same = rows.filter(correction=self.correction)
        return same.values_list("corrected_at", flat=True).first()
