"""Mixins that give digests a checklist and apply it to issues."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from digest.checklist.errors import errors_by_field, errors_in_form
from digest.checklist.fields import ChecklistField
from digest.checklist.findings import Level
from digest.checklist.run import check_issue
from digest.publishing.publish import PublishingMixin


class ChecklistSettingsMixin(models.Model):
    """A digest with a checklist for its issues."""

    checklist = ChecklistField(
        _("checklist"),
        default=dict,
        blank=True,
        help_text=_(
            "Rules that each issue is checked against while it is edited. A required rule prevents "
            "publishing while it is broken; a warning does not."
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
    """An issue that must pass the required rules of its digest to be published."""

    class Meta:
        abstract = True

    def clean_checklist(self, in_form: bool = False) -> None:
        """Raise ValidationError if a required rule is broken.

        Errors are by field or, with ``in_form``, at the blocks of the body.
        """
        if found := check_issue(self, [Level.REQUIRED]):
            raise errors_in_form(found, self.body) if in_form else errors_by_field(found)
