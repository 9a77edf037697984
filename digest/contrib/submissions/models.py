"""API keys, and the documents that were submitted with them."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import swapper
from django.conf import settings
from django.db import OperationalError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from digest.contrib.submissions import keys

DEFAULT_LIFETIME = timedelta(days=90)
MAX_LIFETIME = timedelta(days=366)
# Saves a write for each request.
LAST_USED_PRECISION = timedelta(minutes=10)
CREATE_KEY, REVOKE_KEY = "digest_submissions.create_key", "digest_submissions.revoke_key"
SUBMITTED = "digest.submitted"


class ApiKeyQuerySet(models.QuerySet):
    def usable(self) -> "ApiKeyQuerySet":
        """Exclude expired and revoked keys, and those of users who are not active."""
        now = timezone.now()
        return self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)

    def matching(self, key: str) -> "ApiKeyQuerySet":
        """Return the row of a key."""
        if not keys.is_well_formed(key):
            return self.none()
        return self.filter(key_hash__in=list(keys.possible_hashes(key)))


class ApiKey(models.Model):
    """Give a script the right to submit issues to some digests, within the rights of a user.

    The key itself is stored only as a hash.
    """

    readers_see_rows = False
    wagtail_reference_index_ignore = True

    class Level(models.TextChoices):
        DRAFT = "draft", _("Drafts")
        PUBLISH = "publish", _("Drafts and publishing")

    name = models.CharField(_("name"), max_length=100)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Requests with the key have the rights of this user."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    level = models.CharField(
        _("level"),
        max_length=20,
        choices=Level.choices,
        default=Level.DRAFT,
        help_text=_("Whether it may also publish, without a person having read the issue."),
    )
    uses_ai = models.BooleanField(
        _("writes with AI"),
        default=True,
        help_text=_("Whether an AI model writes or edits what is submitted with the key."),
    )
    digests = models.ManyToManyField(
        swapper.get_model_name("digest", "DigestPage"),
        through="ApiKeyDigest",
        verbose_name=_("digests"),
        related_name="+",
    )
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(_("key"), max_length=16, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @classmethod
    @transaction.atomic
    def make(
        cls, name: str, user: Any, digests: Any, expires_at: datetime | None = None, **fields: Any
    ) -> tuple["ApiKey", str]:
        """Create a key; return its row, and the key, which cannot be recovered later."""
        text = keys.new_key()
        row = cls.objects.create(
            name=name,
            user=user,
            key_hash=keys.hash_key(text),
            prefix=text[: keys.SHOWN_LENGTH],
            expires_at=expires_at or timezone.now() + DEFAULT_LIFETIME,
            **fields,
        )
        row.digests.set(digests)
        row.log(CREATE_KEY)
        return row, text

    @property
    def state(self) -> str:
        if self.revoked_at:
            return _("Revoked")
        if self.expires_at <= timezone.now():
            return _("Expired")
        return _("Valid") if self.user.is_active else _("User inactive")

    @property
    def is_usable(self) -> bool:
        is_open = not self.revoked_at and self.expires_at > timezone.now()
        return is_open and self.user.is_active

    @transaction.atomic
    def revoke(self) -> None:
        """Revoke the key now, unless that was done before."""
        valid = ApiKey.objects.filter(pk=self.pk, revoked_at=None)
        if valid.update(revoked_at=timezone.now()):
            self.log(REVOKE_KEY)

    def log(self, action: str) -> None:
        """Log without the name: whoever may make a key sees the history of all."""
        log(self, action, title=f"{self._meta.verbose_name} {self.pk}")

    def record_use(self) -> None:
        """Update ``last_used_at``, at most once per ``LAST_USED_PRECISION``."""
        now = timezone.now()
        if self.last_used_at is None or self.last_used_at < now - LAST_USED_PRECISION:
            # A busy database must not keep a script from reading.
            with suppress(OperationalError), transaction.atomic():
                ApiKey.objects.filter(pk=self.pk).update(last_used_at=now)


class ApiKeyDigest(models.Model):
    """A digest to which a key may submit."""

    readers_see_rows = False
    wagtail_reference_index_ignore = True

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    digest = models.ForeignKey(
        swapper.get_model_name("digest", "DigestPage"), on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "digest"], name="digest_submissions_key_digest")
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.digest}"


class SubmissionQuerySet(models.QuerySet):
    def of_key(self, key: ApiKey, digests: list[Any]) -> "SubmissionQuerySet":
        """Return those of a key whose issue is in one of the digests now, or was when deleted."""
        is_allowed = models.Q(issue=None, digest__in=digests)
        for digest in digests:
            is_allowed |= models.Q(
                issue__path__startswith=digest.path, issue__depth=digest.depth + 1
            )
        return self.filter(is_allowed, key=key)


class Submission(models.Model):
    """A document that was accepted, and the draft that was made of it.

    After ``DIGEST_SUBMISSION_DAYS``, ``document`` and the responses are emptied. The row stays, so
    that its idempotency key is not used for another document.
    """

    readers_see_rows = False
    wagtail_reference_index_ignore = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    key = models.ForeignKey(ApiKey, null=True, on_delete=models.SET_NULL, related_name="+")
    key_name = models.CharField(_("API key"), max_length=100)
    digest = models.ForeignKey(
        swapper.get_model_name("digest", "DigestPage"),
        verbose_name=_("digest"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    issue = models.ForeignKey(
        swapper.get_model_name("digest", "IssuePage"),
        verbose_name=_("issue"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="submissions",
    )
    idempotency_key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    # Text, because a database may change the order of the keys of JSON.
    response = models.TextField(blank=True)
    # What a request with the same idempotency key gets, whatever has replaced the document since
    first_response = models.TextField(blank=True)
    first_hash = models.CharField(max_length=64, blank=True)
    document = models.TextField(_("document"), blank=True)
    # The hash of each story by the id of its block, as it was submitted
    story_hashes = models.JSONField(default=dict)
    revision_hash = models.CharField(max_length=64, blank=True)
    made_with = models.CharField(_("made with"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    uses_ai = models.BooleanField(_("writes with AI"))
    created_at = models.DateTimeField(_("submitted"), auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "idempotency_key"], name="digest_submissions_idempotency"
            )
        ]
        indexes = [models.Index(fields=["key", "-created_at", "id"])]

    def __str__(self) -> str:
        return f"{self.key_name}, {self.created_at:%Y-%m-%d}"


class IssueProvenance(models.Model):
    """Who has approved the published revision of an issue that was submitted; readers see it.

    Without ``approved_at``, no person has.
    """

    unseen_columns = frozenset({"approver_username"})
    wagtail_reference_index_ignore = True

    issue = models.OneToOneField(
        swapper.get_model_name("digest", "IssuePage"), on_delete=models.CASCADE, related_name="+"
    )
    uses_ai = models.BooleanField()
    # Names and no foreign key: they stay when the account is deleted or renamed. The first is the
    # full name, if there is one; only editors see the second.
    approved_by = models.CharField(max_length=255, blank=True)
    approver_username = models.CharField(max_length=255, blank=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("provenance of an issue")
        verbose_name_plural = _("provenance of issues")

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.approver_name}"

    @property
    def approver_name(self) -> str:
        """Return the full name or the user name for editors; empty if no person has approved."""
        if self.approved_at is None:
            return ""
        name = self.approved_by or self.approver_username
        return name or gettext("An account that was deleted")


class DigestDisclosure(models.Model):
    """The disclosure to readers of issues of a digest that AI has written."""

    wagtail_reference_index_ignore = True

    digest = models.OneToOneField(
        swapper.get_model_name("digest", "DigestPage"), on_delete=models.CASCADE, related_name="+"
    )
    text = models.CharField(
        _("disclosure"),
        max_length=300,
        blank=True,
        help_text=_("Shown to readers of issues that AI has written; by default: Curated with AI."),
    )
    name_approver = models.BooleanField(
        _("name who has approved an issue"),
        default=False,
        help_text=_("Readers see the full name. Otherwise, they see “the editors”."),
    )

    class Meta:
        verbose_name = _("disclosure of AI")
        verbose_name_plural = _("disclosures of AI")

    def __str__(self) -> str:
        return str(self.digest)
