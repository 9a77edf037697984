"""The settings of the newsletters: a row for each digest that has been edited."""

from typing import Any

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminAutoHeightTextInput

from digest.contrib.newsletter import signup
from digest.contrib.newsletter.models import NewsletterSettings, default_consent
from digest.pages.page_models import get_digest_page_model

NEEDED_TO_OPEN = {
    "imprint": _("Readers can sign up only if there is an imprint."),
    "privacy_url": _("Readers can sign up only if there is a privacy page."),
}
NEEDED_TO_SEND = _("Issues are sent only if there is an imprint.")


class NewsletterSettingsForm(WagtailAdminModelForm):
    """Edit the settings, and the sentence that readers agree to."""

    privacy_url = forms.URLField(
        label=_("Privacy page"),
        required=False,
        assume_scheme="https",
        help_text=_("The page that says what is stored about a reader, and why."),
    )
    consent = forms.CharField(
        label=_("Consent"),
        max_length=500,
        widget=AdminAutoHeightTextInput,
        help_text=_(
            "What a reader agrees to, beside the button that subscribes. Each version is kept "
            "with the subscriptions that were made under it."
        ),
    )

    class Meta:
        model = NewsletterSettings
        fields: list[str] = []  # those of PANELS
        widgets = {"imprint": AdminAutoHeightTextInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].initial = self.instance.consent

    def clean_from_name(self) -> str:
        name = self.cleaned_data["from_name"]
        if not name.isprintable():  # A line break would begin another header.
            raise forms.ValidationError(_("Use letters, digits and punctuation only."))
        if set(name) & set("<>@"):  # Mail programs may show it as the address.
            raise forms.ValidationError(_("Write a name, without an address."))
        return name

    def clean_consent(self) -> str:
        # Browsers send CRLF, which would be another version of the same text.
        return self.cleaned_data["consent"].replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("takes_signups"):
            for name, message in NEEDED_TO_OPEN.items():
                if name in cleaned and not cleaned[name]:
                    self.add_error(name, message)
        elif cleaned.get("sends_on_publish") and not cleaned.get("imprint", "?"):
            self.add_error("imprint", NEEDED_TO_SEND)
        return cleaned

    def save(self, commit: bool = True) -> NewsletterSettings:
        text, digest = self.cleaned_data["consent"], self.instance.digest
        is_default = text == default_consent(digest)
        self.instance.consent_text = None if is_default else signup.store_consent(digest, text)
        return super().save(commit)


PANELS = ObjectList(
    [
        MultiFieldPanel(
            [FieldPanel("takes_signups"), FieldPanel("consent"), FieldPanel("privacy_url")],
            heading=_("Sign-ups"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("sends_on_publish"),
                FieldPanel("delay_minutes"),
                FieldPanel("sends_unreviewed"),
                FieldPanel("content"),
            ],
            heading=_("Sending"),
        ),
        MultiFieldPanel(
            [FieldPanel("from_name"), FieldPanel("reply_to"), FieldPanel("imprint")],
            heading=_("Sender"),
        ),
    ],
    base_form_class=NewsletterSettingsForm,
)


def _digests() -> QuerySet:
    return get_digest_page_model().objects.filter(alias_of=None)


def _state(digest: Any) -> Any:
    return _("open") if digest.newsletter_takes_signups else _("closed")


class SettingsIndexView(generic.IndexView):
    """List the digests, also those without a row, which are closed."""

    page_title = _("Newsletters")

    def get_base_queryset(self) -> QuerySet:
        rows = NewsletterSettings.objects.filter(digest=OuterRef("pk"))
        names = ("pk", "takes_signups", "sends_on_publish", "from_name")
        # With a prefix, since a site's own page class may have such fields.
        return _digests().annotate(
            **{f"newsletter_{name}": Subquery(rows.values(name)) for name in names}
        )

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("title", label=_("Digest"), sort_key="title", get_url=self.get_edit_url),
            StatusTagColumn(
                "state",
                label=_("Sign-ups"),
                accessor=_state,
                primary=lambda digest: digest.newsletter_takes_signups,
            ),
            BooleanColumn("newsletter_sends_on_publish", label=_("Send when published")),
            Column("newsletter_from_name", label=_("Sender name")),
        ]

    def get_add_url(self) -> None:
        return None

    def get_edit_url(self, digest: Any) -> str:
        if digest.newsletter_pk is None:
            return reverse(self.add_url_name, args=[digest.pk])
        return reverse(self.edit_url_name, args=[digest.newsletter_pk])


class SettingsEditView(generic.EditView):
    def get_queryset(self) -> QuerySet:
        return NewsletterSettings.objects.select_related("digest", "consent_text")


class SettingsAddView(SettingsEditView):
    """Edit the settings of a digest without a row; POST inserts it."""

    add_url_name = ""

    def get_object(self, queryset: Any = None) -> NewsletterSettings:
        # Not pk, which may overflow: it is a foreign key.
        digest = get_object_or_404(_digests(), id=self.object_pk)
        found = self.get_queryset().filter(digest=digest).first()
        return found or NewsletterSettings(digest=digest)

    def get_edit_url(self) -> str:
        return reverse(self.add_url_name, args=[self.object.digest_id])

    def get_history_url(self) -> None:
        return None


class NewsletterSettingsViewSet(ModelViewSet):
    model = NewsletterSettings
    name = "digest_newsletter_settings"
    url_prefix = "digest/newsletters"
    menu_label = _("Newsletters")
    menu_hook = "register_digest_menu_item"
    menu_order = 300
    icon = "mail"
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = SettingsIndexView
    edit_view_class = SettingsEditView
    ordering = "title"
    edit_handler = PANELS

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(delete_url_name=None, usage_url_name=None, **kwargs)

    def get_urlpatterns(self) -> list[URLPattern]:
        absent = {"add", "delete", "usage"}
        add_view = self.construct_view(SettingsAddView, **self.get_edit_view_kwargs())
        return [
            *(url for url in super().get_urlpatterns() if url.name not in absent),
            path("new/<int:pk>/", add_view, name="add"),
        ]
