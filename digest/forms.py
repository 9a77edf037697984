"""Forms of the page editor."""

from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.blocks import StreamValue


class DigestPageForm(WagtailAdminPageForm):
    """Lets a new page know its parent, so that ``clean`` can compare it with its siblings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.parent_page and not self.instance.path:
            self.instance._cached_parent_obj = self.parent_page  # as Wagtail's own API does


class IssuePageForm(DigestPageForm):
    """Opens with the blocks every issue has, and proposes a free slug made from the date."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk and not self.instance.body:
            self.initial["body"] = self._required_blocks()
        if "slug" not in self.fields:
            return
        self.fields["slug"].required = False
        if not self.instance.slug and self.parent_page:
            self.initial["slug"] = self._free_slug(str(self.instance.date))

    def clean(self) -> dict[str, Any]:
        """Fill in an empty slug, and give one that is just a date a number when that is taken."""
        date, slug = str(self.cleaned_data.get("date") or ""), self.cleaned_data.get("slug")
        if date and slug in ("", date):
            self.cleaned_data["slug"] = self._free_slug(date)
        return super().clean()

    def get_field_updates_for_resave(self) -> list[tuple[str, str]]:
        """Tell the open editor, after an autosave, which slug and number the issue got."""
        got = [("slug", self.instance.slug), ("number", str(self.instance.number or ""))]
        return super().get_field_updates_for_resave() + [
            (name, value) for name, value in got if name in self.fields
        ]

    def _required_blocks(self) -> StreamValue:
        # Without them a new issue would greet the editor with "The minimum number of items is 1".
        stream = self.instance.body.stream_block
        least = {name: rule.get("min_num", 0) for name, rule in stream.meta.block_counts.items()}
        return stream.normalize(
            [
                (name, block.get_default())
                for name, block in stream.child_blocks.items()
                for _ in range(least.get(name, 0))
            ]
        )

    def _free_slug(self, slug: str) -> str:
        siblings = self.parent_page.get_children().exclude(pk=self.instance.pk)
        taken = set(siblings.filter(slug__startswith=slug).values_list("slug", flat=True))
        candidate, suffix = slug, 2
        while candidate in taken:
            candidate, suffix = f"{slug}-{suffix}", suffix + 1
        return candidate
