"""Preview tokens, each of which gives access to one draft until it expires or is revoked."""

import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Any

import swapper
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

LIFETIME = timedelta(hours=1)
RETENTION = timedelta(days=30)  # of expired tokens
# Saves a write for each request.
LAST_USED_PRECISION = timedelta(minutes=10)
SALT = "digest.preview"
# Headers of every response to a token.
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


class PreviewTokenQuerySet(models.QuerySet):
    def usable(self) -> "PreviewTokenQuerySet":
        """Exclude expired and revoked tokens."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def shared(self) -> "PreviewTokenQuerySet":
        """Return the tokens of shared links; ``content`` is deferred, as it can be large."""
        return self.filter(is_shared=True).defer("content")

    def delete_expired(self) -> None:
        """Delete those that expired thirty days ago."""
        self.filter(expires_at__lt=timezone.now() - RETENTION).delete()


class PreviewToken(models.Model):
    """Give anyone with the token access to one draft, until it expires or is revoked.

    The draft is a revision, the page itself if it has no revision, or (``is_buffer``) the current
    state of one editor's form. A shared token stores a copy in ``content``, because autosave
    overwrites revisions. The token is stored only as a hash.
    """

    readers_see_rows = False

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        verbose_name=_("page"),
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("For a draft that has not been saved yet, its digest."),
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
        verbose_name=_("created by"),
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
        if self.revoked_at:
            return _("Revoked")
        return _("Expired") if self.expires_at <= timezone.now() else _("Valid")

    @property
    def is_usable(self) -> bool:
        return not self.revoked_at and self.expires_at > timezone.now()

    def revoke(self) -> None:
        """Revoke the token now, unless it has expired or been revoked already."""
        PreviewToken.objects.usable().filter(pk=self.pk).update(revoked_at=timezone.now())

    def record_use(self) -> None:
        """Update ``last_used_at``, at most once per ``LAST_USED_PRECISION``."""
        now = timezone.now()
        if self.last_used_at is None or self.last_used_at < now - LAST_USED_PRECISION:
            PreviewToken.objects.filter(pk=self.pk).update(last_used_at=now)


def hash_token(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()


@transaction.atomic
def create_token(
    page: Any, user: Any, lifetime: timedelta = LIFETIME, nonce: str = "", **binding: Any
) -> str:
    """Create a token for a draft of a page.

    ``binding`` selects the draft (``revision_id``, or ``is_buffer`` with ``is_new_page``) and sets
    ``is_shared``. The token can be recovered only from its ``nonce``.
    """
    token = derive_token(nonce or new_nonce())
    if binding.get("is_shared"):
        binding["content"] = _content(page, binding.get("revision_id"))
    expires_at = timezone.now() + lifetime
    PreviewToken.objects.create(
        token_hash=hash_token(token),
        page_id=page.pk,
        user=user,
        expires_at=expires_at,
        **binding,
    )
    return token


def new_nonce() -> str:
    """Return a random value to store in a session and derive a token from."""
    return secrets.token_urlsafe(32)


def derive_token(nonce: str) -> str:
    """Return the token of a nonce, keyed with ``SECRET_KEY``: a leaked session gives no access."""
    digest = salted_hmac(SALT, nonce, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _content(page: Any, revision_id: int | None) -> dict[str, Any]:
    if revision_id is None:
        return page.specific.serializable_data()
    return Revision.objects.values_list("content", flat=True).get(pk=revision_id)


def delete_session_tokens(sender: Any, user: Any, **kwargs: Any) -> None:
    """Delete a user's unshared tokens on logout."""
    if user:
        PreviewToken.objects.filter(user_id=user.pk, is_shared=False).delete()


def find_token(token_hash: str) -> PreviewToken | None:
    """Return the usable token with the hash, if its user is still active."""
    usable = PreviewToken.objects.usable().select_related("page", "revision", "user")
    found = usable.filter(token_hash=token_hash).first()
    return found if found and found.user.is_active else None
