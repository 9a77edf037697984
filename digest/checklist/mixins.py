"""What a digest and an issue have of the checklist."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from digest.checklist.errors import errors_by_field, errors_in_form
from digest.checklist.fields import ChecklistField
from digest.checklist.findings import Level
from digest.checklist.run import find
from digest.publishing.validation import PublishingMixin


class ChecklistSettingsMixin(models.Model):
    """A digest that says which rules its issues are held to, and how strictly."""

    checklist = ChecklistField(
        _("checklist"),
        default=dict,
        blank=True,
        help_text=_(
            "What editors are told while they write an issue. A rule that is required holds "
            "publishing until it is kept; a warning never does."
        ),
    )

    checklist_panels = [
        MultiFieldPanel(
            [FieldPanel("checklist", heading=_("Rules"))],
            heading=_("Checklist"),
            classname="collapsed",
        )
    ]

    class Meta:
        abstract = True


class ChecklistMixin(PublishingMixin):
    """An issue that is held, for publishing, to the rules that its digest requires."""

    class Meta:
        abstract = True

    def clean_checklist(self, in_form: bool = False) -> None:
        """Refuse what breaks a required rule; ValidationError names the fields, or, for the
        editor's form, has the errors of the body at their blocks."""
        if found := find(self, [Level.REQUIRED]):
            raise errors_in_form(found, self.body) if in_form else errors_by_field(found)
