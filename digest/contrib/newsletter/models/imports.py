"""Imports of subscribers: the record of where their consent comes from."""

import swapper
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DIGEST_PAGE_MODEL = swapper.get_model_name("digest", "DigestPage")


class SubscriberImport(models.Model):
    """A file of subscribers, and what became of its lines.

    It has no address once it has ended: neither the file, nor its name, nor those of columns are
    kept, and errors are numbers of lines.
    """

    readers_see_rows = False

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        IMPORTING = "importing", _("being imported")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    # States in which the job has something to do.
    WORKING = (State.CHECKING, State.IMPORTING)
    # In these, nothing has been imported yet and nothing is going on.
    OPEN = (State.UPLOADED, State.CHECKED, State.FAILED)

    class Format(models.TextChoices):
        OTHER = "", _("another file")
        LIST = "list", _("list of addresses")
        OWN = "own", _("export of this site")
        GHOST = "ghost", "Ghost"
        MAILCHIMP = "mailchimp", "Mailchimp"
        BUTTONDOWN = "buttondown", "Buttondown"
        SUBSTACK = "substack", "Substack"

    # Null until it is chosen.
    digest = models.ForeignKey(
        DIGEST_PAGE_MODEL,
        verbose_name=_("digest"),
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.TextField(_("where the consent comes from"), max_length=1000, blank=True)
    format = models.CharField(_("format"), max_length=20, choices=Format.choices, blank=True)
    # Of a file that was unpacked from Mailchimp's archive: ``subscribed``, ``cleaned`` and so on.
    kind = models.CharField(max_length=20, blank=True)
    # Numbers of columns by ``formats.Column``; empty if the format is recognised by the header.
    columns = models.JSONField(default=dict)
    # As uploaded, compressed; empty once it has been imported.
    file = models.BinaryField(default=b"")
    state = models.CharField(
        _("state"), max_length=20, choices=State.choices, default=State.UPLOADED
    )
    # Why it failed.
    reason = models.CharField(max_length=300, blank=True)
    # Lines by ``subscriptions.Outcome``, and the first errors as [part of an archive, line, code].
    counts = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    rows_read = models.PositiveIntegerField(default=0)
    # How many rows the file has; null until it has been checked.
    rows = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("import of subscribers")
        verbose_name_plural = _("imports of subscribers")

    def __str__(self) -> str:
        uploaded = f"{timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"
        return f"{self.digest}, {uploaded}" if self.digest else uploaded
