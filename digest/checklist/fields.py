"""Edit the checklist of a digest: a level for each rule, and the targets."""

from typing import Any

from django import forms
from django.db import models

from digest.checklist.findings import Level
from digest.checklist.rules import all_rules
from digest.checklist.settings import ChecklistSettings, validate_checklist
from digest.checklist.targets import MAX_TARGET, TARGETS


class ChecklistWidget(forms.Widget):
    """A row of levels for each rule, and a number for each target."""

    template_name = "digest/admin/checklist_widget.html"
    use_fieldset = True

    class Media:
        css = {"all": ["digest/admin/checklist.css"]}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the rows, with stored values or, after an error, the submitted ones."""
        context = super().get_context(name, value, attrs)
        settings = ChecklistSettings.from_stored(value)
        typed = value.get("targets", {}) if isinstance(value, dict) else {}
        return context | {
            "levels": Level.choices,
            "highest": MAX_TARGET,
            "rules": [
                (f"{name}-rule-{code}", rule.label, settings.levels[code])
                for code, rule in all_rules().items()
            ],
            "targets": [
                (f"{name}-target-{code}", target.label, _typed_or_stored(typed, settings, code))
                for code, target in TARGETS.items()
            ],
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, dict[str, str]]:
        """Return the submitted values as strings; missing ones are left out."""
        rules, targets = f"{name}-rule-", f"{name}-target-"
        posted = {
            "rules": {code: data[rules + code] for code in all_rules() if rules + code in data},
            "targets": {code: data[targets + code] for code in TARGETS if targets + code in data},
        }
        return {part: values for part, values in posted.items() if values}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not self.value_from_datadict(data, files, name)

    def id_for_label(self, id_: str) -> str:
        """Return no id: each control has its own label."""
        return ""


def _typed_or_stored(typed: Any, settings: ChecklistSettings, code: str) -> Any:
    value = typed.get(code) if isinstance(typed, dict) else None
    return value if isinstance(value, str) else settings.targets[code]


class ChecklistFormField(forms.Field):
    """Converts submitted values to the stored form."""

    widget = ChecklistWidget

    def to_python(self, value: Any) -> dict[str, Any]:
        """Convert targets to numbers; an empty one becomes None, which means no limit."""
        targets = {code: _number(text) for code, text in value.get("targets", {}).items()}
        return value | {"targets": targets} if targets else value

    def validate(self, value: dict[str, Any]) -> None:
        super().validate(value)
        validate_checklist(value)


def _number(text: str) -> int | str | None:
    text = text.strip()
    try:
        return int(text) if text.isascii() and len(text) < 10 else text
    except ValueError:
        return text or None


class ChecklistField(models.JSONField):
    """The levels and targets of a digest: ``{"rules": {code: level}, "targets": {name: number}}``.

    Missing keys have the defaults of ``all_rules`` and ``TARGETS``.
    """

    default_validators = [validate_checklist]

    def formfield(self, **kwargs: Any) -> forms.Field:
        own = ("label", "help_text", "initial", "required", "disabled", "localize")
        options = {name: value for name, value in kwargs.items() if name in own}
        defaults = {"label": self.verbose_name, "help_text": self.help_text, "required": False}
        return ChecklistFormField(**defaults | options)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Return a JSONField, so that migrations do not depend on this class."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
