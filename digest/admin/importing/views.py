"""Admin views that import documents: upload, review of the parts, creation of a draft."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import path, reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import FormView
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from digest.admin.access import digests_with_permission
from digest.admin.importing.editing import Edited, perform
from digest.admin.importing.forms import ImportForm, MappingForm
from digest.admin.importing.review import MappingReview
from digest.importing import DocumentError, read_document
from digest.importing.review.editing import EditRejected
from digest.importing.review.mapping import Mapping, store_document
from digest.importing.review.uploads import Upload
from digest.importing.saving import ImportRejected, IssueExists

DOCUMENTS_SHOWN = 100


def is_ajax(request: HttpRequest) -> bool:
    return request.headers.get("x-requested-with") == "XMLHttpRequest"


@dataclass
class UploadResult:
    """Hold the stored upload of a document, or the errors that prevented it."""

    name: str
    upload: Upload | None = None
    errors: tuple[str, ...] = ()


def store_upload(name: str, data: bytes, digest: Any, user: Any) -> UploadResult:
    """Read and store a document; errors of reading are part of the result."""
    try:
        document = read_document(data, name)  # before the transaction: it may take seconds
        with transaction.atomic():
            return UploadResult(name, store_document(document, digest, user))
    except DocumentError as error:
        return UploadResult(name, errors=(str(error),))


class ImportView(WagtailAdminTemplateMixin, FormView):
    """Upload documents, and list the user's earlier uploads."""

    form_class = ImportForm
    template_name = "digest/admin/import.html"
    page_title = _("Import")
    header_icon = "upload"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Require permission to add issues."""
        if not can_import(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        uploads = Upload.objects.uploaded_by(self.request.user).select_related("digest", "issue")
        rows = [UploadResult(each.name, each) for each in uploads.defer("text")[:DOCUMENTS_SHOWN]]
        return super().get_context_data(**kwargs) | {"rows": rows}

    def form_valid(self, form: ImportForm) -> HttpResponse:
        """Store each document; an error in one does not affect the others."""
        digest, user = form.cleaned_data["digest"], self.request.user
        if not digest.permissions_for_user(user).can_add_subpage():
            raise PermissionDenied
        results = [store_upload(name, data, digest, user) for name, data in form.documents()]
        if is_ajax(self.request):
            return JsonResponse({"rows": [row_html(self.request, result) for result in results]})
        if len(results) == 1 and results[0].upload:
            return redirect("digest_import_document", results[0].upload.pk)
        rejected = [result for result in results if result.errors]
        empty = ImportForm(user=user, initial={"digest": digest})
        return self.render_to_response(self.get_context_data(form=empty, rejected=rejected))

    def form_invalid(self, form: ImportForm) -> HttpResponse:
        if not is_ajax(self.request):
            return super().form_invalid(form)
        errors = tuple(message for group in form.errors.values() for message in group)
        name = next((file.name for file in self.request.FILES.getlist("files")), "")
        result = UploadResult(name or _now("Pasted text"), errors=errors)
        return JsonResponse({"rows": [row_html(self.request, result)]})


class DocumentMixin:
    """Load one of the user's own uploads."""

    @cached_property
    def mapping(self) -> Mapping:
        """Return the mapping of the upload; raise Http404 for other users' uploads."""
        uploads = Upload.objects.uploaded_by(self.request.user).select_related("digest", "issue")
        return Mapping(get_object_or_404(uploads, pk=self.kwargs["pk"]))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # The permission may have been removed since the upload.
        if not self.mapping.upload.digest.permissions_for_user(request.user).can_add_subpage():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class MappingView(DocumentMixin, WagtailAdminTemplateMixin, FormView):
    """Review the roles of a document's parts, and create the draft."""

    form_class = MappingForm
    template_name = "digest/admin/import_document.html"
    page_title = _("Import")
    header_icon = "upload"
    errors: tuple[str, ...] = ()

    def get_page_subtitle(self) -> str:
        return self.mapping.upload.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        first = {"url": reverse("digest_import"), "label": self.page_title}
        return [*self.breadcrumbs_items, first, {"url": "", "label": self.mapping.upload.name}]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"mapping": self.mapping}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        opened, splitting = self.request.GET.get("open", ""), self.request.GET.get("split", "")
        splitting = kwargs.get("splitting", splitting)
        form, user = context["form"], self.request.user
        review = MappingReview(self.mapping, form, user, opened, splitting)
        return context | {"review": review, "errors": self.errors, "media": form.media}

    def form_valid(self, form: MappingForm) -> HttpResponse:
        """Save the corrections, and do what the button is for that was pressed."""
        form.save()
        action = self.request.POST.get("action", "")
        if action in ("make", "revise") and not self.mapping.draft.title:
            form.add_error("title", _now("Type a title first."))
            return self.form_invalid(form)
        if action in ("make", "revise"):
            return self.create_draft(update=action == "revise")
        try:
            edited = perform(self.mapping, action)
        except EditRejected as error:
            return self.reject(str(error), action)
        if is_ajax(self.request):
            return self.render_update(edited or Edited(_now("Updated.")))
        return self.show_edited(edited)

    def form_invalid(self, form: MappingForm) -> HttpResponse:
        if not is_ajax(self.request):
            return super().form_invalid(form)
        errors = (
            f"{form[name].label}: {text}" for name, texts in form.errors.items() for text in texts
        )
        return JsonResponse({"error": " ".join(errors)})

    def reject(self, error: str, action: str) -> HttpResponse:
        """Return the error of an edit that did not fit the parts, with the parts as they are now.

        They may have been edited on another page.
        """
        if is_ajax(self.request):
            button = "-".join(action.split(":")[:2])
            return self.render_update(Edited(error, focus=(button, "parts")), kind="error")
        messages.error(self.request, error)
        return redirect("digest_import_document", self.mapping.upload.pk)

    def show_edited(self, edited: Edited | None) -> HttpResponse:
        """Redirect to the part that was edited."""
        url = reverse("digest_import_document", args=[self.mapping.upload.pk])
        if not edited:
            return redirect(url)
        if not edited.splitting:
            messages.success(self.request, edited.message)
        name = "split" if edited.splitting else "open"
        return redirect(f"{url}?{name}={edited.key}#part-{edited.key}" if edited.key else url)

    def render_update(self, edited: Edited, kind: str = "message") -> HttpResponse:
        """Return the changed regions of the page, title and date as JSON."""
        # The bound form was built before the corrections were saved.
        form = MappingForm(mapping=self.mapping)
        splitting = edited.splitting or self.request.POST.get("splitting", "")
        splitting = splitting if edited.splitting or not edited.focus else ""
        context = self.get_context_data(form=form, splitting=splitting)
        regions = {
            name: render_to_string(f"digest/admin/import_{name}.html", context, self.request)
            for name in ("actions", "outcome", "understood", "parts")
        }
        date = form.fields["date"].widget.format_value(form["date"].value())
        fields = {"title": form["title"].value(), "date": date}
        answer = {kind: edited.message, "focus": edited.focus, "fields": fields}
        return JsonResponse({"regions": regions, **answer})

    def create_draft(self, *, update: bool) -> HttpResponse:
        """Create or update the draft and redirect to it, or show the errors."""
        try:
            issue = self.mapping.save_issue(self.request.user, update=update)
        except IssueExists:
            self.errors = (_now("The digest has this issue already."),)
        except ImportRejected as error:
            self.errors = error.messages
        else:
            return redirect_to_draft(self.request, issue)
        return self.render_to_response(
            self.get_context_data(form=MappingForm(mapping=self.mapping))
        )


class CreateDraftView(DocumentMixin, View):
    """Create the draft without a review of the parts."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        upload, errors = self.mapping.upload, ()
        try:
            issue = self.mapping.save_issue(request.user)
        except IssueExists:
            errors = (_now("The digest has this issue already: check the parts to revise it."),)
        except ImportRejected as error:
            errors = error.messages
        if is_ajax(request):
            result = UploadResult(upload.name, upload, errors)
            return JsonResponse({"rows": [row_html(request, result)]})
        if not errors:
            return redirect_to_draft(request, issue)
        for error in errors:
            messages.error(request, error)
        return redirect("digest_import_document", pk)


class DeleteUploadView(DocumentMixin, View):
    """Delete an upload, but not the draft created from it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.mapping.upload.delete()
        messages.success(request, _now("“%(name)s” deleted.") % {"name": self.mapping.upload.name})
        return redirect("digest_import")


def redirect_to_draft(request: HttpRequest, issue: Any) -> HttpResponse:
    title = issue.get_admin_display_title()
    messages.success(request, _now("Draft “%(title)s” created.") % {"title": title})
    return redirect("wagtailadmin_pages:edit", issue.pk)


def row_html(request: HttpRequest, result: UploadResult) -> str:
    return render_to_string("digest/admin/import_row.html", {"row": result}, request)


def can_import(user: Any) -> bool:
    """Return whether the user may add issues to any digest."""
    return digests_with_permission(user, "add").exists()


class ImportMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return can_import(request.user)


@hooks.register("register_digest_menu_item")
def register_import_menu_item() -> MenuItem:
    url = reverse_lazy("digest_import")
    return ImportMenuItem(_("Import"), url, name="digest-import", icon_name="upload", order=20)


@hooks.register("register_admin_urls")
def register_import_urls() -> list[Any]:
    return [
        path("digest/import/", ImportView.as_view(), name="digest_import"),
        path("digest/import/<int:pk>/", MappingView.as_view(), name="digest_import_document"),
        path(
            "digest/import/<int:pk>/draft/", CreateDraftView.as_view(), name="digest_import_draft"
        ),
        path(
            "digest/import/<int:pk>/forget/",
            DeleteUploadView.as_view(),
            name="digest_import_forget",
        ),
    ]
