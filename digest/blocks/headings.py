"""Block and form widget for a text of one line, however long."""

from typing import Any

from django import forms
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.blocks import CharBlock


class OneLineTextarea(AdminAutoHeightTextInput):
    """Wrap a long text instead of cutting it off; replace line breaks by spaces.

    The limit is checked on the server alone: a browser cuts what is pasted without a word.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-digest-one-line": "", **(attrs or {})})

    @property
    def media(self) -> forms.Media:
        css = {"all": [versioned_static("digest/admin/editor.css")]}
        return forms.Media(js=[versioned_static("digest/admin/one-line.js")], css=css)

    def build_attrs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        attrs = super().build_attrs(*args, **kwargs)
        attrs.pop("maxlength", None)
        return attrs

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return (
            value if value is None else " ".join(filter(None, map(str.strip, value.splitlines())))
        )


class HeadingBlock(CharBlock):
    """A heading, whose field in the form shows all of it."""

    # Migrations see Wagtail's own block, since both store the same.
    canonical_module_path = "wagtail.blocks.CharBlock"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = OneLineTextarea()
        widget.is_required = self.field.required
        widget.attrs |= self.field.widget_attrs(widget)
        self.field.widget = widget
