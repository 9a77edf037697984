"""The checklist of a digest in its editor: a table of the rules, and the targets."""

from typing import Any

from django import forms
from django.db import models

from digest.checklist.findings import Level
from digest.checklist.rules import RULES
from digest.checklist.settings import ChecklistSettings, validate_checklist
from digest.checklist.targets import HIGHEST, TARGETS


class ChecklistWidget(forms.Widget):
    """A row for each rule with its levels, and a number for each target."""

    template_name = "digest/admin/checklist_widget.html"
    use_fieldset = True

    class Media:
        css = {"all": ["digest/admin/checklist.css"]}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the rows, with what is stored or, after an error, what was typed."""
        context = super().get_context(name, value, attrs)
        settings = ChecklistSettings.read(value)
        typed = value.get("targets", {}) if isinstance(value, dict) else {}
        return context | {
            "levels": Level.choices,
            "highest": HIGHEST,
            "rules": [
                (f"{name}-rule-{code}", rule.label, settings.levels[code])
                for code, rule in RULES.items()
            ],
            "targets": [
                (f"{name}-target-{code}", target.label, _shown(typed, settings, code))
                for code, target in TARGETS.items()
            ],
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, dict[str, str]]:
        """What was posted, in strings; what was not posted is left out."""
        rules, targets = f"{name}-rule-", f"{name}-target-"
        posted = {
            "rules": {code: data[rules + code] for code in RULES if rules + code in data},
            "targets": {code: data[targets + code] for code in TARGETS if targets + code in data},
        }
        return {part: values for part, values in posted.items() if values}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Whether nothing of it was posted."""
        return not self.value_from_datadict(data, files, name)

    def id_for_label(self, id_: str) -> str:
        """None: each control has a label of its own."""
        return ""


def _shown(typed: Any, settings: ChecklistSettings, code: str) -> Any:
    value = typed.get(code) if isinstance(typed, dict) else None
    return value if isinstance(value, str) else settings.targets[code]


class ChecklistFormField(forms.Field):
    """Turns what was posted into what is stored."""

    widget = ChecklistWidget

    def to_python(self, value: Any) -> dict[str, Any]:
        """An empty target is None: there is no such limit."""
        targets = {code: _number(text) for code, text in value.get("targets", {}).items()}
        return value | {"targets": targets} if targets else value

    def validate(self, value: dict[str, Any]) -> None:
        """Name each rule and each target that cannot be so."""
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

    What is left out is as in ``RULES`` and ``TARGETS``.
    """

    default_validators = [validate_checklist]

    def formfield(self, **kwargs: Any) -> forms.Field:
        """The table, in place of JSON to type."""
        own = ("label", "help_text", "initial", "required", "disabled", "localize")
        options = {name: value for name, value in kwargs.items() if name in own}
        defaults = {"label": self.verbose_name, "help_text": self.help_text, "required": False}
        return ChecklistFormField(**defaults | options)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """The database has JSON, so migrations need not know of this class."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
