"""What was public when it was last compared, and the order in which that changed."""

import uuid

from django.db import models


class FeedState(models.Model):
    """A table of one row: the last sequence, and the lock of the relay.

    Another ``epoch`` makes all clients start over.
    """

    readers_see_rows = False

    epoch = models.UUIDField(default=uuid.uuid4)
    sequence = models.BigIntegerField(default=0)
    # The highest sequence of a page that is gone and was deleted from the feed.
    forgotten_sequence = models.BigIntegerField(default=0)
    # When the next live page expires, which no trigger notices.
    next_expiry = models.DateTimeField(null=True)
    # The languages of the root pages, on which URLs depend; empty before the first pass.
    root_locales = models.TextField(blank=True)
    # Whether the pages that were public at the installation are being added, which is no news.
    is_filling = models.BooleanField(default=False)
    # Whether content has changed since that was last told to other apps.
    is_content_changed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.sequence)


class PublicState(models.Model):
    """A page on a site, as it was when last compared. The row outlives its page.

    ``is_marked`` rows have to be compared. Those without ``sequence`` have never been public.
    ``is_doubtful`` ones were marked for a change, so readers of the feed may have seen a state that
    no comparison has: such a row gets another sequence even if it looks as before.
    """

    readers_see_rows = False

    class Kind(models.TextChoices):
        # Digests first: issues name them.
        DIGEST = "digest", "digest"
        ISSUE = "issue", "issue"

    page_id = models.BigIntegerField()
    site_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    locale_id = models.BigIntegerField()
    url = models.TextField(blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    # The references of the page: see ``digest.contrib.changes.references``.
    shows = models.TextField(blank=True)
    is_public = models.BooleanField(default=False)
    is_marked = models.BooleanField(default=True)
    is_doubtful = models.BooleanField(default=False)
    # When the page could last not be rendered; it stays marked.
    failed_at = models.DateTimeField(null=True)
    sequence = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page_id", "site_id"], name="%(app_label)s_%(class)s_page"
            ),
            models.UniqueConstraint(
                fields=["site_id", "sequence"], name="%(app_label)s_%(class)s_sequence"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="digest_changes_marked",
                condition=models.Q(is_marked=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.page_id}"
