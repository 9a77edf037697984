"""Panels of the page editor."""

import json
from typing import Any

from django.apps import apps
from django.conf import settings
from django.forms import Media
from django.utils.translation import gettext as _
from taggit.utils import parse_tags
from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.widgets import AdminTagWidget

from digest.pages.new_issues import tags_of_last_issue

OFFERED_TAGS = "digest/admin/offered-tags.js"
# Between the names in the field of tags, since a name may contain a comma.
DELIMITER = "\t"
# Stands for a quotation mark of a name, which taggit's syntax cannot express.
QUOTE = "\ue022"
ISSUE_URL = "digest/admin/issue-url.js"


def creates_redirects() -> bool:
    """Return whether Wagtail redirects a URL that changes."""
    is_installed = apps.is_installed("wagtail.contrib.redirects")
    return is_installed and getattr(settings, "WAGTAILREDIRECTS_AUTO_CREATE", True)


class DatePanel(TitleFieldPanel):
    """Edit the date of an issue; sync the slug to it until the issue is first published.

    Then say that the URL stays, and offer to change it.
    """

    class BoundPanel(TitleFieldPanel.BoundPanel):
        template_name = "digest/admin/date_panel.html"

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            # Once published, the slug may have been linked to. A new issue is "live" by default.
            issue = self.instance
            is_saved = bool(issue and issue.pk)
            self.is_known = is_saved and bool(issue.live or issue.first_published_at)
            if self.is_known:
                self.help_text = _("The day this issue is for. Issues are ordered by it.")

        @property
        def media(self) -> Media:
            css = {"all": [versioned_static("digest/admin/issues.css")]}
            return super().media + Media(js=[versioned_static(ISSUE_URL)], css=css)

        def get_should_apply(self) -> bool:
            return not self.is_known and super().get_should_apply()

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            has_slug = self.is_known and "slug" in self.form.fields
            slug_field = self.form["slug"] if has_slug else None
            context = {"slug_field": slug_field, "has_redirects": creates_redirects()}
            return super().get_context_data(parent_context) | context


class TagsWidget(AdminTagWidget):
    """Show and read the names of tags as they are, without quotation marks around them.

    Names that are typed without JavaScript are separated by commas, as taggit reads them.
    """

    template_name = "django/forms/widgets/text.html"  # Wagtail's explains the quotation marks.

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, str):  # of a form with errors
            names = self.unquoted(parse_tags(value))
        else:
            names = sorted(tag.name for tag in value or ())
        return super().format_value(DELIMITER.join(names))

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        attrs = context["widget"]["attrs"]
        options = json.loads(attrs["data-w-tag-options-value"]) | {
            "preprocessTag": None,
            "singleFieldDelimiter": DELIMITER,
        }
        attrs["data-w-tag-options-value"] = json.dumps(options)
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return each tag in quotation marks, for taggit; ``unquoted`` restores those within it."""
        value = super().value_from_datadict(data, files, name)
        if not value:
            return value
        names = [name.replace('"', QUOTE) for name in self._names(value)]
        return ",".join(f'"{name}"' for name in names)

    def _names(self, value: str) -> list[str]:
        is_one = "," not in value and not value.startswith('"')
        if is_one or DELIMITER in value or self.tag_model.objects.filter(name=value).exists():
            return value.split(DELIMITER)
        return parse_tags(value)

    @staticmethod
    def unquoted(names: list[str]) -> list[str]:
        """Restore the quotation marks of names that taggit has read."""
        return [name.replace(QUOTE, '"') for name in names]


class TagsPanel(FieldPanel):
    """Edit the tags of an issue; until it is published, offer those of the previous issue."""

    def __init__(self, *args: Any, widget: Any = TagsWidget, **kwargs: Any) -> None:
        super().__init__(*args, widget=widget, **kwargs)

    class BoundPanel(FieldPanel.BoundPanel):
        template_name = "digest/admin/tags_panel.html"

        @property
        def media(self) -> Media:
            css = {"all": [versioned_static("digest/admin/issues.css")]}
            return super().media + Media(js=[versioned_static(OFFERED_TAGS)], css=css)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            return super().get_context_data(parent_context) | {"offered": self._offered()}

        def _offered(self) -> list[str]:
            digest, issue = self.form.parent_page, self.instance
            is_known = issue.pk and (issue.live or issue.first_published_at)
            return [] if is_known or not digest else tags_of_last_issue(digest, issue.pk)
