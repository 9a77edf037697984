"""The disclosure to the readers of each digest: a row for each digest that has been edited."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from digest.contrib.submissions.admin.access import disclosing_digests
from digest.contrib.submissions.admin.words import yes_or_no
from digest.contrib.submissions.models import DigestDisclosure

TEXT_HELP = _(
    "Plain text, which readers see beside issues that AI has written; by default: Curated with AI."
)
PANELS = ObjectList([FieldPanel("text", help_text=TEXT_HELP), FieldPanel("name_approver")])


class DisclosureIndexView(generic.IndexView):
    """List the digests, also those without a row."""

    page_title = _("Disclosure of AI")
    any_permission_required = ["change"]

    def get_base_queryset(self) -> QuerySet:
        rows = DigestDisclosure.objects.filter(digest=OuterRef("pk"))
        # With a prefix, since a site's own page class may have such fields.
        return disclosing_digests(self.request.user).annotate(
            disclosure_text=Subquery(rows.values("text")),
            disclosure_names_approver=Coalesce(Subquery(rows.values("name_approver")), False),
        )

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("title", label=_("Digest"), sort_key="title", get_url=self.get_edit_url),
            Column(
                "disclosure_text",
                label=_("Disclosure"),
                accessor=lambda digest: digest.disclosure_text or _("Curated with AI."),
            ),
            Column(
                "disclosure_names_approver",
                label=_("Names who has approved"),
                accessor=lambda digest: yes_or_no(digest.disclosure_names_approver),
            ),
        ]

    def get_add_url(self) -> None:
        return None

    def get_edit_url(self, digest: Any) -> str:
        return reverse(self.edit_url_name, args=[digest.pk])


class DisclosureEditView(generic.EditView):
    """Edit the row of the digest in the URL; the first POST inserts it."""

    def get_object(self, queryset: Any = None) -> DigestDisclosure:
        # "id", as a number too big for the column is an error with "pk", the key of the parent.
        digest = get_object_or_404(disclosing_digests(self.request.user), id=self.object_pk)
        rows = DigestDisclosure.objects.select_related("digest")
        return rows.filter(digest=digest).first() or DigestDisclosure(digest=digest)

    def get_page_subtitle(self) -> str:
        return gettext("Disclosure of %(digest)s") % {"digest": self.object}

    def save_instance(self) -> DigestDisclosure:
        """Save the form; of two first ones at once, the second changes the row of the first."""
        digest = self.form.instance.digest
        # Not in ``get_object``: an invalid form inserts no row.
        row, _is_new = DigestDisclosure.objects.get_or_create(digest=digest)
        self.form.instance.pk, self.form.instance._state.adding = row.pk, False
        return super().save_instance()

    def get_edit_url(self) -> str:
        return reverse(self.edit_url_name, args=[self.object.digest_id])


class DisclosureViewSet(ModelViewSet):
    model = DigestDisclosure
    name = "digest_submissions_disclosures"
    url_prefix = "digest/disclosures"
    menu_label = _("Disclosure of AI")
    menu_hook = "register_digest_menu_item"
    menu_order = 36
    icon = "info-circle"
    add_to_reference_index = False
    copy_view_enabled = False
    index_view_class = DisclosureIndexView
    edit_view_class = DisclosureEditView
    ordering = "title"
    edit_handler = PANELS

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        absent = ("add", "delete", "history", "usage")
        names = {f"{name}_url_name": None for name in absent}
        return super().get_common_view_kwargs(**names, **kwargs)

    def get_urlpatterns(self) -> list[URLPattern]:
        present = ("index", "index_results", "edit")
        return [url for url in super().get_urlpatterns() if url.name in present]

    def get_permissions_to_register(self) -> QuerySet:
        return Permission.objects.none()

    def register_admin_url_finder(self) -> None:
        """Register none: the URL of the form has the digest, which log entries do not."""
