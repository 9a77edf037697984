"""Panels of the page editor."""

from typing import Any

from django.forms import Media
from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.admin.staticfiles import versioned_static

from digest.pages.new_issues import tags_of_last_issue

OFFERED_TAGS = "digest/admin/offered-tags.js"


class DatePanel(TitleFieldPanel):
    """Edit the date of an issue; sync the slug to it until the issue is first published."""

    class BoundPanel(TitleFieldPanel.BoundPanel):
        def get_should_apply(self) -> bool:
            # Once published, the slug may have been linked to.
            is_known = self.instance and self.instance.first_published_at
            return not is_known and super().get_should_apply()


class TagsPanel(FieldPanel):
    """Edit the tags of an issue; until it is published, offer those of the previous issue."""

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
