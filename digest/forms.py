"""Forms of the page editor."""

from typing import Any
from uuid import uuid4

from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import TitleFieldPanel
from wagtail.blocks import StreamValue

from digest.slugs import PROPOSED_SLUG, free_slug


def parent_of(page: Any) -> Any:
    """The parent of a page, also of a new one whose form knows it; None where nobody does."""
    return page.get_parent() if page.path else getattr(page, "_cached_parent_obj", None)


class DatePanel(TitleFieldPanel):
    """The date of an issue; the slug follows it until the issue is first published."""

    class BoundPanel(TitleFieldPanel.BoundPanel):
        """The panel of one issue."""

        def get_should_apply(self) -> bool:
            """Whether the slug follows while the date is typed: readers may know an old one."""
            known = self.instance and self.instance.first_published_at
            return not known and super().get_should_apply()


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
        """Give an issue never published the slug of its date, unless the editor chose another."""
        date, slug = str(self.cleaned_data.get("date") or ""), self.cleaned_data.get("slug")
        is_new = not self.instance.pk
        known = not is_new and (self.instance.live or self.instance.first_published_at)
        proposed = slug in ("", date) or (not known and PROPOSED_SLUG.fullmatch(slug or ""))
        if date and proposed:
            self.cleaned_data["slug"] = self._free_slug(date)
        return super().clean()

    def defer_required_fields(self) -> None:
        """Hold drafts in a workflow to the rules of publishing: its approval publishes them."""
        if not (self.instance.pk and self.instance.workflow_in_progress):
            super().defer_required_fields()

    def get_field_updates_for_resave(self) -> list[tuple[str, str]]:
        """Tell the open editor, after an autosave, which slug and number the issue got."""
        got = [("slug", self.instance.slug), ("number", str(self.instance.number or ""))]
        return super().get_field_updates_for_resave() + [
            (name, value) for name, value in got if name in self.fields
        ]

    def _required_blocks(self) -> StreamValue:
        # Without them a new issue would greet the editor with "The minimum number of items is 1".
        stream = self.instance.body.stream_block
        rules = stream.meta.block_counts
        blocks = [
            (name, block.get_default(), str(uuid4()))
            for name, block in stream.child_blocks.items()
            for _ in range(rules.get(name, {}).get("min_num") or 0)
        ]
        return StreamValue(stream, blocks)

    def _free_slug(self, slug: str) -> str:
        siblings = self.parent_page.get_children().exclude(pk=self.instance.pk)
        return free_slug(slug, siblings)
