"""The form of a webhook. It never shows the URL that is stored, which may be a credential."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.models import Site

from digest.contrib.webhooks.models import WebhookEndpoint, WebhookEvent
from digest.contrib.webhooks.presets import preset_of
from digest.contrib.webhooks.presets.base import MAX_LENGTH, Preset, require_public

# Of events; a newer version may have stored others.
LABELS = dict(WebhookEvent.Type.choices)


class EndpointForm(WagtailAdminModelForm):
    """Edit an endpoint; the preset of a new one has been chosen before."""

    # Not of the model's fields, so that no form has its value.
    url = forms.CharField(
        max_length=MAX_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one event.")},
    )
    field_order = ["name", "url", "site", "events"]

    class Meta:
        model = WebhookEndpoint
        fields = ["name", "site", "events"]
        help_texts = {"name": _("What it is for. Users of the admin see it.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._set_up_url()
        self.fields["site"].empty_label = _("All sites")
        if Site.objects.count() < 2:
            del self.fields["site"]
        if len(self.preset.events) > 1:
            self.fields["events"].choices = [
                (name, f"{LABELS.get(name, name)} ({name})") for name in self.preset.events
            ]
        else:
            del self.fields["events"]

    @cached_property
    def preset(self) -> Preset:
        return preset_of(self.instance)

    def _set_up_url(self) -> None:
        field = self.fields["url"]
        field.label = self.preset.url_label
        if self.instance.pk:
            field.required = False
            kept = gettext("%(url)s stays unless you enter another one.")
            field.help_text = kept % {"url": self.instance.masked_url}

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        return require_public(self.preset.clean_url(url)) if url else ""

    def save(self, commit: bool = True) -> WebhookEndpoint:
        if url := self.cleaned_data["url"]:
            self.instance.url = url
        if "events" not in self.fields:
            self.instance.events = list(self.preset.events)
        if self.instance.pk:  # A sender may have changed the other columns since.
            self.instance.save(update_fields=["name", "url", "site", "events"])
            return self.instance
        return super().save(commit)
