"""Previews of drafts: tokens that open one draft for a while, and the way to a frontend with them.

What a token opens is read in ``digest.previews.drafts``.
"""

import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Any

import swapper
from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.dispatch import receiver
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

LIFETIME = timedelta(hours=1)
# For how long a row is kept after it has expired.
KEPT = timedelta(days=30)
# "Last used" is no more precise than this: it costs a write.
COARSE = timedelta(minutes=10)
SALT = "digest.preview"
# What every answer to a token says.
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


class PreviewTokenQuerySet(models.QuerySet):
    """Tokens by what they are good for."""

    def usable(self) -> "PreviewTokenQuerySet":
        """Those that have neither expired nor been revoked."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def shared(self) -> "PreviewTokenQuerySet":
        """Those that an editor made to give away, without the long texts that they open."""
        return self.filter(is_shared=True).defer("content")


class PreviewToken(models.Model):
    """Opens one draft to whoever holds the token, until it expires or is revoked.

    A revision of a page; or the page as it is, where it has no revision; or what one editor has in
    the form at the moment. One that is shared opens what there was when it was made: autosave
    writes over revisions. The token itself is not kept, only its hash.
    """

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        verbose_name=_("page"),
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Of a draft that is not saved yet, the digest it will be in."),
    )
    revision = models.ForeignKey(
        Revision,
        verbose_name=_("revision"),
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    content = models.JSONField(null=True, editable=False, encoder=DjangoJSONEncoder)
    is_buffer = models.BooleanField(default=False, editable=False)
    is_new_page = models.BooleanField(default=False, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    is_shared = models.BooleanField(_("shared"), default=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)

    objects = PreviewTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")

    def __str__(self) -> str:
        return str(self.page)

    @property
    def state(self) -> str:
        """Whether it still opens something, in a word for people."""
        if self.revoked_at:
            return _("Revoked")
        return _("Expired") if self.expires_at <= timezone.now() else _("Valid")

    @property
    def is_usable(self) -> bool:
        """Whether it has neither expired nor been revoked."""
        return not self.revoked_at and self.expires_at > timezone.now()

    def revoke(self) -> None:
        """End it now; one that has ended already stays as it is."""
        PreviewToken.objects.usable().filter(pk=self.pk).update(revoked_at=timezone.now())

    def note_use(self) -> None:
        """Keep when it was last used, roughly."""
        now = timezone.now()
        if self.last_used_at is None or self.last_used_at < now - COARSE:
            PreviewToken.objects.filter(pk=self.pk).update(last_used_at=now)


def hashed(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode(errors="replace")).hexdigest()


@transaction.atomic
def make(
    page: Any, user: Any, lifetime: timedelta = LIFETIME, nonce: str = "", **binding: Any
) -> str:
    """A new token for a draft of a page; nobody can be told it again, but by its ``nonce``.

    ``binding`` is what it opens (``revision_id``, or ``is_buffer`` with ``is_new_page``) and
    whether it ``is_shared``. Rows that expired long ago are deleted.
    """
    now = timezone.now()
    PreviewToken.objects.filter(expires_at__lt=now - KEPT).delete()
    token = derived(nonce or new_nonce())
    if binding.get("is_shared"):
        binding["content"] = _content(page, binding.get("revision_id"))
    PreviewToken.objects.create(
        token_hash=hashed(token), page_id=page.pk, user=user, expires_at=now + lifetime, **binding
    )
    return token


def new_nonce() -> str:
    """What a token can be made from by this site alone, and so may be kept in a session."""
    return secrets.token_urlsafe(32)


def derived(nonce: str) -> str:
    """The token of a nonce. It takes the site's secret key: no database has what opens a draft."""
    digest = salted_hmac(SALT, nonce, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _content(page: Any, revision_id: int | None) -> dict[str, Any]:
    """What a revision has now; or the page, where it has none."""
    if revision_id is None:
        return page.specific.serializable_data()
    return Revision.objects.values_list("content", flat=True).get(pk=revision_id)


@receiver(user_logged_out)
def forget_own_tokens(sender: Any, user: Any, **kwargs: Any) -> None:
    """End an editor's own previews with the session; links that were shared go on."""
    if user:
        PreviewToken.objects.filter(user_id=user.pk, is_shared=False).delete()


def find(token_hash: str) -> PreviewToken | None:
    """The token of a hash, if it is good for anything; its maker must still be somebody."""
    usable = PreviewToken.objects.usable().select_related("page", "revision", "user")
    found = usable.filter(token_hash=token_hash).first()
    return found if found and found.user.is_active else None
