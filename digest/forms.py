"""Forms of the page editor."""

from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm


class IssuePageForm(WagtailAdminPageForm):
    """Proposes the slug from the date, and a free one when the date's is taken."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields and not self.instance.slug and self.parent_page:
            self.initial["slug"] = self._free_slug(str(self.instance.date))

    def clean(self) -> dict[str, Any]:
        """Give a slug that is just the date a number when another issue has it already."""
        date, slug = self.cleaned_data.get("date"), self.cleaned_data.get("slug")
        if date and slug == str(date):
            self.cleaned_data["slug"] = self._free_slug(slug)
        return super().clean()

    def _free_slug(self, slug: str) -> str:
        siblings = self.parent_page.get_children().exclude(pk=self.instance.pk)
        taken = set(siblings.filter(slug__startswith=slug).values_list("slug", flat=True))
        candidate, suffix = slug, 2
        while candidate in taken:
            candidate, suffix = f"{slug}-{suffix}", suffix + 1
        return candidate
