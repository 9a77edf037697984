"""Store uploaded documents until they become drafts."""

from datetime import timedelta
from typing import Any

import swapper
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digest.importing.images import DocumentImage

LIFETIME = timedelta(days=7)


class UploadQuerySet(models.QuerySet):
    def uploaded_by(self, user: Any) -> "UploadQuerySet":
        """Return the documents of a user that have not expired, newest first."""
        kept = self.filter(user=user, created_at__gte=timezone.now() - LIFETIME)
        return kept.order_by("-created_at", "-pk")

    def delete_expired(self) -> None:
        expired = self.filter(created_at__lt=timezone.now() - LIFETIME)
        # Deleting the documents would load their images.
        UploadImage.objects.filter(upload__in=expired).defer("content").delete()
        expired.delete()


class Upload(models.Model):
    """An uploaded document with its text and the corrected roles of its parts."""

    readers_see_rows = False

    digest = models.ForeignKey(
        swapper.get_model_name("digest", "DigestPage"),
        verbose_name=_("digest"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    name = models.CharField(_("name"), max_length=255)
    text = models.TextField(_("text"))
    format = models.CharField(_("format"), max_length=20)
    roles = models.JSONField(
        _("roles"), default=dict, help_text=_("Roles of parts that an editor has changed.")
    )
    edits = models.JSONField(
        _("edits"), default=list, help_text=_("Splits, merges and moves of parts, in their order.")
    )
    linked = models.JSONField(
        _("links as sources"),
        default=dict,
        help_text=_("Whether the links of a story are its sources, where an editor has chosen."),
    )
    notes = models.JSONField(_("notes"), default=list)
    summary = models.TextField(_("what was recognised"), blank=True)
    title = models.CharField(_("title"), max_length=255, blank=True)
    date = models.DateField(_("date"), null=True, blank=True)
    issue = models.ForeignKey(
        swapper.get_model_name("digest", "IssuePage"),
        verbose_name=_("issue"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True, db_index=True)

    # Uploads are private to their user: keep them out of the usage view of pages.
    wagtail_reference_index_ignore = True

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return self.name


class UploadImage(models.Model):
    """An image of an uploaded document, which is not in the library until the draft is created."""

    readers_see_rows = False

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="images")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    content = models.BinaryField()

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return self.name

    @property
    def file(self) -> DocumentImage:
        return DocumentImage(self.name, bytes(self.content))
