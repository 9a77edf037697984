"""Panels of the page editor."""

from typing import Any

from django.forms import Media
from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.admin.staticfiles import versioned_static

from digest.pages.new_issues import tags_of_last_issue

OFFERED_TAGS = "digest/admin/offered-tags.js"


class DatePanel(TitleFieldPanel):
    """The date of an issue; the slug follows it until the issue is first published."""

    class BoundPanel(TitleFieldPanel.BoundPanel):
        """The panel of one issue."""

        def get_should_apply(self) -> bool:
            """Whether the slug follows while the date is typed: readers may know an old one."""
            known = self.instance and self.instance.first_published_at
            return not known and super().get_should_apply()


class TagsPanel(FieldPanel):
    """The tags of an issue. Until it is published, those of the issue before are offered."""

    class BoundPanel(FieldPanel.BoundPanel):
        """The panel of one issue."""

        template_name = "digest/admin/tags_panel.html"

        @property
        def media(self) -> Media:
            """The buttons, and what a click on them does."""
            css = {"all": [versioned_static("digest/admin/issues.css")]}
            return super().media + Media(js=[versioned_static(OFFERED_TAGS)], css=css)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Add ``offered``: the names of the tags."""
            return super().get_context_data(parent_context) | {"offered": self._offered()}

        def _offered(self) -> list[str]:
            digest, issue = self.form.parent_page, self.instance
            published = issue.pk and (issue.live or issue.first_published_at)
            return [] if published or not digest else tags_of_last_issue(digest, issue.pk)
