"""Import in the admin: documents in, a look at what their parts are, a draft out."""

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

from digest.admin.access import digests_for
from digest.admin.importing.forms import ImportForm, MappingForm
from digest.admin.importing.screen import Screen
from digest.importing import DocumentError, read_document
from digest.importing.review.mapping import Mapping, keep_document
from digest.importing.review.uploads import Upload
from digest.importing.saving import ImportRefused, IssueExists

DOCUMENTS_SHOWN = 100


def asked_by_script(request: HttpRequest) -> bool:
    """Whether the answer is for the script of the screen, not for a person."""
    return request.headers.get("x-requested-with") == "XMLHttpRequest"


@dataclass
class Result:
    """What became of one document: it is kept, or there is an error."""

    name: str
    upload: Upload | None = None
    errors: tuple[str, ...] = ()


def bring(name: str, data: bytes, digest: Any, user: Any) -> Result:
    """Read a document and keep it, whole or not at all."""
    try:
        with transaction.atomic():
            return Result(name, keep_document(read_document(data, name), digest, user))
    except DocumentError as error:
        return Result(name, errors=(str(error),))


class ImportView(WagtailAdminTemplateMixin, FormView):
    """The first screen: documents are brought, and those that were are listed."""

    form_class = ImportForm
    template_name = "digest/admin/import.html"
    page_title = _("Import")
    header_icon = "upload"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show nothing to who may add no issue anywhere; forget what is old."""
        if not may_import(request.user):
            raise PermissionDenied
        Upload.objects.delete_expired()
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """This screen."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form needs to know who asks, and may be sent on with a digest."""
        initial = {"digest": self.request.GET.get("digest")} if "digest" in self.request.GET else {}
        return super().get_form_kwargs() | {"user": self.request.user, "initial": initial}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the documents that were brought before."""
        uploads = Upload.objects.of(self.request.user).select_related("digest", "issue")
        rows = [Result(each.name, each) for each in uploads.defer("text")[:DOCUMENTS_SHOWN]]
        return super().get_context_data(**kwargs) | {"rows": rows}

    def form_valid(self, form: ImportForm) -> HttpResponse:
        """Read every document; one that is refused keeps no other back."""
        digest, user = form.cleaned_data["digest"], self.request.user
        if not digest.permissions_for_user(user).can_add_subpage():
            raise PermissionDenied
        results = [bring(name, data, digest, user) for name, data in form.documents()]
        if asked_by_script(self.request):
            return JsonResponse({"rows": [row_html(self.request, result) for result in results]})
        if len(results) == 1 and results[0].upload:
            return redirect("digest_import_document", results[0].upload.pk)
        refused = [result for result in results if result.errors]
        empty = ImportForm(user=user, initial={"digest": digest})
        return self.render_to_response(self.get_context_data(form=empty, refused=refused))

    def form_invalid(self, form: ImportForm) -> HttpResponse:
        """Say what is wrong, to the script as well."""
        if asked_by_script(self.request):
            errors = tuple(message for group in form.errors.values() for message in group)
            name = next((file.name for file in self.request.FILES.getlist("files")), "")
            row = row_html(self.request, Result(name or _now("Pasted text"), errors=errors))
            return JsonResponse({"rows": [row]})
        return super().form_invalid(form)


class DocumentMixin:
    """A view of one document, for the one who brought it."""

    @cached_property
    def mapping(self) -> Mapping:
        """The document; not found for anybody else."""
        uploads = Upload.objects.of(self.request.user).select_related("digest", "issue")
        return Mapping(get_object_or_404(uploads, pk=self.kwargs["pk"]))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse who may not add an issue to the digest any more."""
        if not self.mapping.upload.digest.permissions_for_user(request.user).can_add_subpage():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class MappingView(DocumentMixin, WagtailAdminTemplateMixin, FormView):
    """The second screen: what each part was taken for, to be corrected, and what comes out."""

    form_class = MappingForm
    template_name = "digest/admin/import_document.html"
    page_title = _("Import")
    header_icon = "upload"
    errors: tuple[str, ...] = ()

    def get_page_subtitle(self) -> str:
        """The name of the document."""
        return self.mapping.upload.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """The way here."""
        first = {"url": reverse("digest_import"), "label": self.page_title}
        return [*self.breadcrumbs_items, first, {"url": "", "label": self.mapping.upload.name}]

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form is made of the document's parts."""
        return super().get_form_kwargs() | {"mapping": self.mapping}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what is shown beside the form."""
        context = super().get_context_data(**kwargs)
        screen = Screen(self.mapping, context["form"], self.request.user)
        return context | {"screen": screen, "errors": self.errors, "media": context["form"].media}

    def form_valid(self, form: MappingForm) -> HttpResponse:
        """Keep the corrections, and make the draft if that is what the button says."""
        form.save()
        action = self.request.POST.get("action")
        if action in ("make", "revise"):
            return self.make_draft(update=action == "revise")
        if asked_by_script(self.request):
            return self.answer_script()
        return redirect("digest_import_document", self.mapping.upload.pk)

    def form_invalid(self, form: MappingForm) -> HttpResponse:
        """Say what is wrong, to the script as well."""
        if not asked_by_script(self.request):
            return super().form_invalid(form)
        errors = (
            f"{form[name].label}: {text}" for name, texts in form.errors.items() for text in texts
        )
        return JsonResponse({"error": " ".join(errors)})

    def answer_script(self) -> HttpResponse:
        """What the corrections changed on the screen."""
        # The form that was sent has the roles as they were before it.
        context = self.get_context_data(form=MappingForm(mapping=self.mapping))
        parts = {
            name: render_to_string(f"digest/admin/import_{name}.html", context, self.request)
            for name in ("outcome", "unknown")
        }
        return JsonResponse({**parts, "message": _now("Updated.")})

    def make_draft(self, *, update: bool) -> HttpResponse:
        """Make the draft and go on to it, or say on this screen why there is none."""
        try:
            issue = self.mapping.save_issue(self.request.user, update=update)
        except IssueExists:
            self.errors = (_now("The digest has this issue already."),)
        except ImportRefused as error:
            self.errors = error.messages
        else:
            return go_to_draft(self.request, issue)
        return self.render_to_response(
            self.get_context_data(form=MappingForm(mapping=self.mapping))
        )


class DraftView(DocumentMixin, View):
    """Make the draft at once, of the parts as they are."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make it; what is in the way is said on the second screen, or in the row of the list."""
        upload, errors = self.mapping.upload, ()
        try:
            issue = self.mapping.save_issue(request.user)
        except IssueExists:
            errors = (_now("The digest has this issue already: look at it to make a revision."),)
        except ImportRefused as error:
            errors = error.messages
        if asked_by_script(request):
            return JsonResponse({"rows": [row_html(request, Result(upload.name, upload, errors))]})
        if not errors:
            return go_to_draft(request, issue)
        for error in errors:
            messages.error(request, error)
        return redirect("digest_import_document", pk)


class ForgetView(DocumentMixin, View):
    """Delete a document; the draft that was made of it stays."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Delete it and go back to the list."""
        self.mapping.upload.delete()
        messages.success(request, _now("“%(name)s” deleted.") % {"name": self.mapping.upload.name})
        return redirect("digest_import")


def go_to_draft(request: HttpRequest, issue: Any) -> HttpResponse:
    """The edit screen of what was made."""
    title = issue.get_admin_display_title()
    messages.success(request, _now("Draft “%(title)s” made.") % {"title": title})
    return redirect("wagtailadmin_pages:edit", issue.pk)


def row_html(request: HttpRequest, result: Result) -> str:
    """The row of a document in the list, for the script."""
    return render_to_string("digest/admin/import_row.html", {"row": result}, request)


def may_import(user: Any) -> bool:
    """Whether there is a digest that the user may add an issue to."""
    return digests_for(user, "add").exists()


class ImportMenuItem(MenuItem):
    """The way to the import, for those who may."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Not for who may add no issue."""
        return may_import(request.user)


@hooks.register("register_digest_menu_item")
def register_import_menu_item() -> MenuItem:
    """The import in the menu of the desk."""
    url = reverse_lazy("digest_import")
    return ImportMenuItem(_("Import"), url, name="digest-import", icon_name="upload", order=20)


@hooks.register("register_admin_urls")
def register_import_urls() -> list[Any]:
    """The screens of the import."""
    return [
        path("digest/import/", ImportView.as_view(), name="digest_import"),
        path("digest/import/<int:pk>/", MappingView.as_view(), name="digest_import_document"),
        path("digest/import/<int:pk>/draft/", DraftView.as_view(), name="digest_import_draft"),
        path("digest/import/<int:pk>/forget/", ForgetView.as_view(), name="digest_import_forget"),
    ]
