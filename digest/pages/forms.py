"""Forms of the page editor."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.localization import get_available_admin_time_zones

from digest.pages.new_issues import blocks_of_new_issue, day_of_new_issue
from digest.pages.panels import TagsWidget
from digest.pages.slugs import PROPOSED_SLUG, find_available_slug
from digest.pages.time_zones import time_zone_of, usual_publication, usual_time_of

# The value of the button that schedules an issue for the usual time of its digest.
AT_USUAL_TIME = "at-usual-time"


class ScheduleField(forms.DateTimeField):
    """Read and show a datetime in a given time zone, whatever that of the user is."""

    def __init__(self, zone: tzinfo, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(**kwargs)

    @classmethod
    def replacing(cls, field: forms.Field, zone: tzinfo) -> "ScheduleField":
        """Return a field with the options of another one, whose help text names the time zone."""
        replacement = cls(zone)
        vars(replacement).update(vars(field))
        texts = [field.help_text, _("In the time zone of the digest: %(zone)s.") % {"zone": zone}]
        replacement.help_text = format_html_join(" ", "{}", ([text] for text in texts if text))
        return replacement

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(self.zone):
            return super().to_python(value)


def time_zone_choices(selected: str = "") -> Iterator[tuple[str, str]]:
    """Yield the time zones that Wagtail offers to users, and the selected one."""
    yield "", _("Of the site: %(zone)s") % {"zone": timezone.get_default_timezone_name()}
    for name in sorted({*get_available_admin_time_zones(), selected} - {""}):
        yield name, name


class DigestPageForm(WagtailAdminPageForm):
    """Schedule in the time zone of the digest, and set the parent of a new page.

    Its ``clean`` can then compare the page with its siblings.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.parent_page and not self.instance.path:
            self.instance._cached_parent_obj = self.parent_page  # as Wagtail's own API does
        if "time_zone" in self.fields:
            choices = list(time_zone_choices(self.instance.time_zone))
            self.fields["time_zone"].widget = forms.Select({"class": "w-w-full"}, choices)
        zone = time_zone_of(self.instance)
        for name in {"go_live_at", "expire_at"} & self.fields.keys():
            self.fields[name] = ScheduleField.replacing(self.fields[name], zone)


class IssuePageForm(DigestPageForm):
    """Fill in a new issue from its digest, and propose a slug from the date."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self._fill_in()
        if "slug" not in self.fields:
            return
        self.fields["slug"].required = False
        if not self.instance.slug and self.parent_page:
            day = self.initial.get("date", self.instance.date)
            self.initial["slug"] = self._find_available_slug(str(day))

    def _fill_in(self) -> None:
        if not self.instance.body:
            stream = self.instance.body.stream_block
            self.initial["body"] = blocks_of_new_issue(self.parent_page, stream)
        if not self.parent_page:
            return
        if "number" in self.fields:  # A placeholder, since the number is assigned on save.
            attrs = self.fields["number"].widget.attrs
            attrs["placeholder"] = self.instance.next_number(self.parent_page)
        if not self.is_bound and self.instance.date == timezone.localdate():
            self.initial["date"] = day_of_new_issue(self.parent_page)
        if not self.is_bound and "title" in self.fields:
            self.fields["title"].widget.attrs["autofocus"] = True

    def clean_tags(self) -> list[str]:
        """Return the names of the tags with their quotation marks."""
        return TagsWidget.unquoted(self.cleaned_data["tags"])

    def clean(self) -> dict[str, Any]:
        """Derive the slug of an unpublished issue from its date, unless the editor changed it."""
        date, slug = str(self.cleaned_data.get("date") or ""), self.cleaned_data.get("slug")
        is_new = not self.instance.pk
        is_known = not is_new and (self.instance.live or self.instance.first_published_at)
        is_proposed = slug in ("", date) or (not is_known and PROPOSED_SLUG.fullmatch(slug or ""))
        if date and is_proposed:
            self.cleaned_data["slug"] = self._find_available_slug(date)
        if self.data.get("action-publish") == AT_USUAL_TIME:
            self._schedule_at_usual_time()
        return super().clean()

    def _schedule_at_usual_time(self) -> None:
        at = usual_publication(self.instance, self.cleaned_data.get("date"))
        if "go_live_at" not in self.fields:
            self.add_error(None, _("Not scheduled: this form has no time to go live."))
        elif usual_time_of(self.instance) is None:
            message = _("Not scheduled: the digest has no usual time of publication.")
            self.add_error(None, message)
        elif at:
            self.cleaned_data["go_live_at"] = at
        elif "date" not in self.errors:
            message = _("Not scheduled: the usual time of the digest on this date has passed.")
            self.add_error("date", message)

    def _post_clean(self) -> None:
        """Check the required checklist rules when the issue is published or submitted."""
        super()._post_clean()
        if self.errors or self.is_deferred_validation:
            return
        try:
            self.instance.clean_checklist(in_form=True)
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                # A site's own panels may leave a field out, or a permission hide it.
                self.add_error(name if name in self.fields else None, errors)

    def get_field_updates_for_resave(self) -> list[tuple[str, str]]:
        """Update the slug and the number in the open editor after an autosave."""
        updates = [("slug", self.instance.slug), ("number", str(self.instance.number or ""))]
        return super().get_field_updates_for_resave() + [
            (name, value) for name, value in updates if name in self.fields
        ]

    def _find_available_slug(self, slug: str) -> str:
        siblings = self.parent_page.get_children().exclude(pk=self.instance.pk)
        return find_available_slug(slug, siblings)
