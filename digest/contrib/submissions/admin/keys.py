"""API keys in the admin: the list, the form that shows a new key once, and how to revoke one."""

from typing import Any
from urllib.parse import quote

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminDateInput
from wagtail.admin.widgets.button import Button

from digest.admin.access import digests_with_permission
from digest.admin.listings import WIDE, styles
from digest.contrib.submissions.admin.access import keys_of
from digest.contrib.submissions.admin.words import yes_or_no
from digest.contrib.submissions.models import DEFAULT_LIFETIME, MAX_LIFETIME, ApiKey
from digest.contrib.submissions.new_keys import errors_of, expiry
from digest.pages.time_zones import format_datetime

STATES = [("valid", _("Valid")), ("expired", _("Expired")), ("revoked", _("Revoked"))]


class KeyForm(forms.Form):
    """Describe a new key: for the user themselves, or by a superuser for anybody."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What it is for, such as the name of the script. Editors see it."),
    )
    user = forms.ModelChoiceField(
        label=_("User"),
        queryset=None,
        help_text=_(
            "Requests with the key have the rights of this user. Use a separate account for it: in "
            "the group “Digest writers” for drafts, in “Digest editors” for publishing."
        ),
    )
    digests = forms.ModelMultipleChoiceField(
        label=_("Digests"),
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one digest.")},
        help_text=_("The key has access to no other one. The user must be allowed to add issues."),
    )
    level = forms.ChoiceField(
        label=_("Level"),
        choices=ApiKey.Level.choices,
        initial=ApiKey.Level.DRAFT,
        widget=forms.RadioSelect,
        help_text=_(
            "With publishing, the script can publish issues that no person has read. The user must "
            "be allowed to publish, too."
        ),
    )
    uses_ai = forms.BooleanField(
        label=_("Writes with AI"),
        required=False,
        initial=True,
        help_text=_(
            "Whether an AI model writes or edits what is submitted with the key. Readers are told "
            "so."
        ),
    )
    expires_on = forms.DateField(
        label=_("Expires on"),
        widget=AdminDateInput,
        help_text=_("The last day on which it can be used, at most 366 days from today."),
    )

    def __init__(self, *args: Any, for_user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.for_user = for_user
        self.fields["digests"].queryset = digests_with_permission(for_user, "add")
        self.fields["expires_on"].initial = timezone.localdate() + DEFAULT_LIFETIME
        if for_user.is_superuser:
            users = get_user_model()
            active = users.objects.filter(is_active=True).order_by(users.USERNAME_FIELD)
            self.fields["user"].queryset = active
        else:
            del self.fields["user"]
            self.fields["digests"].help_text = _(
                "The key has your rights in these digests, and access to no other one. A separate "
                "account with fewer rights is safer: ask an administrator to make a key for it."
            )

    def clean_expires_on(self) -> Any:
        day, today = self.cleaned_data["expires_on"], timezone.localdate()
        if not today <= day <= today + MAX_LIFETIME:
            last = today + MAX_LIFETIME
            message = gettext("Choose a day from today to %(last)s.")
            raise forms.ValidationError(message % {"last": f"{last:%Y-%m-%d}"})
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned.setdefault("user", None if "user" in self.fields else self.for_user)
        if cleaned["user"]:
            name, digests = cleaned.get("name", ""), cleaned.get("digests", [])
            level = cleaned.get("level", "")
            for field, message in errors_of(name, cleaned["user"], digests, level).items():
                self.add_error(field, message)
        return cleaned


class KeyFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="filter_state")

    class Meta:
        model = ApiKey
        fields: list[str] = []

    def filter_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        is_expired = Q(expires_at__lte=timezone.now())
        conditions = {
            "valid": Q(revoked_at=None) & ~is_expired,
            "expired": Q(revoked_at=None) & is_expired,
            "revoked": Q(revoked_at__isnull=False),
        }
        return queryset.filter(conditions[value])


def _digests(key: ApiKey) -> str:
    return ", ".join(digest.title for digest in key.digests.all()) or "–"


class KeyIndexView(generic.IndexView):
    any_permission_required = ["view"]
    page_title = _("Digest keys")
    add_item_label = _("Make a key")

    def get_base_queryset(self) -> QuerySet:
        return keys_of(self.request.user).select_related("user").prefetch_related("digests")

    @cached_property
    def columns(self) -> list[BaseColumn]:
        title = self._get_title_column_class(TitleColumn)
        return [
            title("name", label=_("Name"), sort_key="name"),
            StatusTagColumn("state", label=_("State"), primary=lambda key: key.is_usable),
            # DateColumn shows every future date as "just now".
            Column(
                "expires_at",
                label=_("Expires"),
                accessor=lambda key: format_datetime(key.expires_at),
                sort_key="expires_at",
            ),
            Column("level", label=_("Level"), accessor=ApiKey.get_level_display, classname=WIDE),
            Column(
                "uses_ai",
                label=_("Writes with AI"),
                accessor=lambda key: yes_or_no(key.uses_ai),
                classname=WIDE,
            ),
            Column("prefix", label=_("Key"), accessor=lambda key: f"{key.prefix}…", classname=WIDE),
            Column("user", label=_("User"), classname=WIDE),
            Column("digests", label=_("Digests"), accessor=_digests, classname=WIDE),
            Column("last_used_at", label=_("Last used"), accessor=_last_used, classname=WIDE),
        ]

    def get_list_buttons(self, instance: ApiKey) -> list[Button]:
        if instance.revoked_at or instance.expires_at <= timezone.now():
            return []
        url = reverse("digest_submissions_keys:revoke", args=[instance.pk])
        label = gettext("Revoke %(key)s") % {"key": instance}
        attrs = {"aria-label": label}
        return [
            Button(
                _("Revoke"), url, classname="button button-small button-secondary no", attrs=attrs
            )
        ]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        context["media"] += styles("digest/admin/submissions.css")
        return context


def _last_used(key: ApiKey) -> Any:
    return format_datetime(key.last_used_at) if key.last_used_at else _("Never")


class KeyCreateView(generic.CreateView):
    """Make a key and show it in the response to the form; no response of the admin is stored."""

    page_title = _("Make a digest key")
    submit_button_label = _("Make the key")
    submit_button_active_label = _("Making the key…")
    error_message = _("The key could not be made due to errors.")

    def get_page_subtitle(self) -> str:
        return gettext("Digest key")

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs() | {"for_user": self.request.user}
        del kwargs["instance"]
        return kwargs

    @method_decorator(sensitive_variables())
    def form_valid(self, form: KeyForm) -> HttpResponse:
        data = form.cleaned_data
        self.object, key = ApiKey.make(
            data["name"],
            data["user"],
            data["digests"],
            expiry(data["expires_on"]),
            level=data["level"],
            uses_ai=data["uses_ai"],
            created_by=self.request.user,
        )
        title = gettext("The new key")
        context = self.get_context_data(
            api_key=self.object, key=key, command=_command(self.request, self.object)
        )
        context |= {"page_title": title, "header_title": title, "page_subtitle": ""}
        context["media"] += styles("digest/admin/submissions.css")
        # Rendered here, so that an error in a template does not report the key.
        return render(self.request, "digest/submissions/admin/new_key.html", context)


def _command(request: HttpRequest, key: ApiKey) -> str:
    """Return a command that submits a document to a digest of a key, or publishes it."""
    digest = key.digests.first()
    choice = "action=publish" if key.level == ApiKey.Level.PUBLISH else "preview=true"
    endpoint = reverse("digest:api:submissions")
    parts = digest.get_url_parts()
    url = f"{parts[1]}{endpoint}" if parts and parts[1] else request.build_absolute_uri(endpoint)
    return (
        f'curl "{url}?digest={quote(digest.slug)}&{choice}" '
        '-H "Authorization: Bearer $DIGEST_KEY" -H "Content-Type: text/markdown" '
        '-H "Idempotency-Key: $(date +%s)-$$" --data-binary @issue.md'
    )


class KeyRevokeView(generic.DeleteView):
    """Ask before a key is revoked. Its row stays, with its submissions."""

    page_title = _("Revoke")
    template_name = "digest/submissions/admin/revoke_key.html"

    def get_queryset(self) -> QuerySet:
        return keys_of(self.request.user)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object.revoke()
        message = gettext("The key %(key)s is revoked.") % {"key": self.object}
        messages.success(request, message)
        return redirect(self.get_success_url())


class ApiKeyViewSet(ModelViewSet):
    model = ApiKey
    name = "digest_submissions_keys"
    url_prefix = "digest-keys"
    menu_label = _("Digest keys")
    menu_order = 603
    add_to_settings_menu = True
    icon = "key"
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = KeyIndexView
    index_results_template_name = "digest/submissions/admin/keys_results.html"
    add_view_class = KeyCreateView
    filterset_class = KeyFilterSet
    ordering = "-pk"
    list_per_page = 50

    def get_form_class(self, for_update: bool = False) -> type[forms.Form]:
        return KeyForm

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        absent = ("edit", "delete", "history", "usage")
        names = {f"{name}_url_name": None for name in absent}
        return super().get_common_view_kwargs(**names, **kwargs)

    def get_urlpatterns(self) -> list[URLPattern]:
        present = ("index", "index_results", "add")
        revoke = self.construct_view(KeyRevokeView, **self.get_common_view_kwargs())
        return [
            *(url for url in super().get_urlpatterns() if url.name in present),
            path("revoke/<int:pk>/", revoke, name="revoke"),
        ]

    def get_permissions_to_register(self) -> QuerySet:
        return Permission.objects.filter(
            content_type__app_label="digest_submissions", codename="add_apikey"
        )

    def register_admin_url_finder(self) -> None:
        """Register none: there is no form that log entries could link to."""
