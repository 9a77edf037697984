"""Import subscribers in the admin: upload, digest and columns, check, start, progress."""

import csv
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn, UserColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.views.mixins import Echo
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import LogActionRegistry, log

from digest.contrib.newsletter.admin.import_forms import DetailsForm, UploadForm
from digest.contrib.newsletter.models import SubscriberImport
from digest.contrib.newsletter.transfer import lines
from digest.contrib.newsletter.transfer.outcomes import LEFT_OUT, Outcome

IMPORT = "digest_newsletter.import"
SHOWN = 20
State = SubscriberImport.State


def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(IMPORT, _("Import subscribers"), _("Import of subscribers started"))


class ImportIndexView(generic.IndexView):
    any_permission_required = ["add"]
    add_item_label = _("Import subscribers")

    def get_base_queryset(self) -> QuerySet:
        rows = SubscriberImport.objects.select_related("digest", "user")
        return rows.defer("file", "errors")

    @cached_property
    def columns(self) -> list[Any]:
        return [
            TitleColumn("created_at", label=_("Uploaded"), get_url=self.get_inspect_url),
            Column("digest", label=_("Digest")),
            StatusTagColumn(
                "get_state_display", label=_("State"), primary=lambda row: row.state == State.DONE
            ),
            Column("added", label=_("Subscribed"), accessor=_added),
            UserColumn("user", label=_("User")),
            DateColumn("finished_at", label=_("Finished")),
        ]


def _added(record: SubscriberImport) -> int | str:
    return record.counts.get(Outcome.ADDED, 0) if record.state == State.DONE else ""


class ImportMixin(PermissionCheckedMixin, WagtailAdminTemplateMixin):
    """Require the permission to import, and load the import of the URL."""

    model = SubscriberImport
    permission_required = "add"
    page_title = _("Import subscribers")
    header_icon = "upload"
    index_url_name = inspect_url_name = details_url_name = ""

    @cached_property
    def record(self) -> SubscriberImport:
        rows = SubscriberImport.objects.select_related("digest").defer("file")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(self.index_url_name), "label": _("Imports")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.page_title}]

    def redirect(self, name: str) -> HttpResponse:
        return redirect(getattr(self, f"{name}_url_name"), self.record.pk)


class UploadView(ImportMixin, FormView):
    """Store a file. The other fields are on the next page, so that no error in them loses it."""

    form_class = UploadForm
    template_name = "digest/newsletter/admin/import_upload.html"

    def form_valid(self, form: forms.Form) -> HttpResponse:
        data, kind = form.cleaned_data["file"]
        self.record = SubscriberImport.objects.create(
            user=self.request.user,
            file=data,
            kind=kind,
            format=lines.recognised_format(data, kind),
        )
        if lines.has_guessed_encoding(data):
            messages.warning(
                self.request,
                gettext("The file is not in UTF-8. It is read as Windows-1252."),
            )
        return self.redirect("details")


class DetailsView(ImportMixin, FormView):
    """Edit the digest, the note and the columns of an upload, and have it checked."""

    form_class = DetailsForm
    template_name = "digest/newsletter/admin/import_details.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.user_has_permission("add"):
            raise PermissionDenied
        if not self.record.file or self.record.state not in SubscriberImport.OPEN:
            return self.redirect("inspect")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"record": self.record}

    def form_valid(self, form: DetailsForm) -> HttpResponse:
        if not form.save():
            messages.error(self.request, gettext("The import has gone on meanwhile."))
        return self.redirect("inspect")


class InspectView(ImportMixin, TemplateView):
    """Show the progress and the result of a check or an import."""

    template_name = "digest/newsletter/admin/import.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record = self.record
        counts = [(each, record.counts.get(each, 0)) for each in Outcome]
        left_out = sum(count for each, count in counts if each in LEFT_OUT)
        return super().get_context_data(
            record=record,
            is_working=record.state in SubscriberImport.WORKING,
            may_start=record.state == State.CHECKED and record.rows > left_out,
            is_open=record.state in SubscriberImport.OPEN,
            done=[(each.label, count) for each, count in counts if count and each not in LEFT_OUT],
            left_out=[(each.label, count) for each, count in counts if count and each in LEFT_OUT],
            left_out_count=left_out,
            errors=[_error(*error) for error in record.errors[:SHOWN]],
            **kwargs,
        )


def _error(part: str, number: int, code: str) -> tuple[str, int, str]:
    return part, number, str(Outcome(code).label)


class ErrorsView(ImportMixin, TemplateView):
    """Download the lines that are left out; only the first 10,000 are stored."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = StreamingHttpResponse(self.rows(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="import-{self.record.pk}.csv"'
        return response

    def rows(self) -> Iterator[bytes]:
        writer = csv.writer(Echo())
        yield writer.writerow(["file", "line", "reason"])
        for error in self.record.errors:
            yield writer.writerow(_error(*error))


class StartView(ImportMixin, TemplateView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = SubscriberImport.objects.filter(pk=self.record.pk, state=State.CHECKED)
        if rows.update(state=State.IMPORTING, rows_read=0):
            log(self.record, IMPORT, user=request.user)
        return self.redirect("inspect")


class DiscardView(ImportMixin, TemplateView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = SubscriberImport.objects.filter(pk=self.record.pk, state__in=SubscriberImport.OPEN)
        if rows.filter(subscriptions__isnull=True).delete()[0]:
            messages.success(request, gettext("The file has been deleted. Nobody was subscribed."))
        return redirect(self.index_url_name)


class SubscriberImportViewSet(ModelViewSet):
    model = SubscriberImport
    name = "digest_newsletter_imports"
    url_prefix = "digest/subscribers/imports"
    icon = "upload"
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = False
    index_view_class = ImportIndexView
    form_fields: list[str] = []
    ordering = "-pk"
    list_display = ["created_at"]
    absent = {"edit", "delete", "history", "history_results", "usage"}
    views = {
        "details": DetailsView,
        "inspect": InspectView,
        "errors": ErrorsView,
        "start": StartView,
        "discard": DiscardView,
    }

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        names = {f"{name}_url_name": None for name in self.absent - {"history_results"}}
        return super().get_common_view_kwargs(
            **names | {"inspect_url_name": self.get_url_name("inspect")}, **kwargs
        )

    def get_urlpatterns(self) -> list[URLPattern]:
        absent = self.absent | {"add"}
        names = {
            f"{name}_url_name": self.get_url_name(name) for name in ("index", "inspect", "details")
        }

        def url(route: str, view: type[ImportMixin], name: str) -> URLPattern:
            return path(route, self.construct_view(view, **names), name=name)

        return [
            *(each for each in super().get_urlpatterns() if each.name not in absent),
            url("new/", UploadView, "add"),
            *(url(f"{name}/<int:pk>/", view, name) for name, view in self.views.items()),
        ]

    def register_admin_url_finder(self) -> None:
        """Register none: there is no form that log entries could link to."""
