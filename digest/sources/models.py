"""The source index: a row for each cited URL, and one for each place that cites it."""

import hashlib
from urllib.parse import urlsplit

import swapper
from django.db import models
from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from digest.http.canonical import canonical_url


def source_key(url: str) -> str:
    """Return the key of the source of a URL; empty if it is not a valid http(s) URL."""
    canonical = canonical_url(url)
    return canonical and hashlib.sha256(canonical.encode()).hexdigest()


class State(models.TextChoices):
    """The state of a source after the last conclusive check."""

    UNCHECKED = "unchecked", _("not checked yet")
    FOUND = "found", _("found")
    MOVED = "moved", _("moved")
    DEAD = "dead", _("dead")
    UNREACHABLE = "unreachable", _("could not be reached")
    REFUSED = "refused", _("closed to checks")


class SourceQuerySet(QuerySet):
    def cited(self) -> "SourceQuerySet":
        """Filter by sources that live issues cite; the others stay for their results of checks."""
        return self.filter(Exists(Citation.objects.filter(source=OuterRef("pk"))))

    def with_citations(self, citations: QuerySet | None = None) -> "SourceQuerySet":
        """Annotate with the number of issues, the dates and the texts of citations.

        ``citations`` are those to count, by default all.
        """
        citations = Citation.objects.all() if citations is None else citations
        of_source = citations.filter(source=OuterRef("pk")).order_by()
        grouped = of_source.values("source")
        return self.annotate(
            issue_count=_counted(grouped, Count("issue", distinct=True)),
            first_cited_on=_counted(grouped, Min("date")),
            last_cited_on=_counted(grouped, Max("date")),
            cited_url=_latest(of_source, "url"),
            shown_title=_own_or_latest(of_source, "title"),
            shown_publisher=_own_or_latest(of_source, "publisher"),
        )


def _counted(grouped: QuerySet, number: models.Aggregate) -> Subquery:
    return Subquery(grouped.annotate(number=number).values("number"))


def _latest(citations: QuerySet, name: str) -> Coalesce:
    latest = citations.exclude(**{name: ""}).order_by("-date", "-issue_id", "position")
    found = Subquery(latest.values(name)[:1], output_field=TextField())
    return Coalesce(found, Value(""), output_field=TextField())


def _own_or_latest(citations: QuerySet, name: str) -> Coalesce:
    own = NullIf(name, Value(""))
    return Coalesce(own, _latest(citations, name), output_field=TextField())


class Source(models.Model):
    """A URL that live issues cite, in its canonical spelling, with the results of checks.

    While an editor has not filled in ``title`` and ``publisher``, those of the latest citation
    are shown (``SourceQuerySet.with_citations``).
    """

    pages_name_rows = False
    # Checks change these, and readers do not see them.
    unseen_columns = frozenset(
        {"state", "http_status", "moved_to", "checked_at", "due_at", "failures"}
    )

    # A hash of ``canonical_url``, which is too long for an index.
    key = models.CharField(_("key"), max_length=64, unique=True, editable=False)
    canonical_url = models.TextField(_("canonical URL"), editable=False)
    host = models.CharField(_("host"), max_length=255, db_index=True, editable=False)
    title = models.CharField(
        _("title"),
        max_length=300,
        blank=True,
        help_text=_("Leave empty to show the title it was cited with last."),
    )
    publisher = models.CharField(
        _("publisher"),
        max_length=200,
        blank=True,
        help_text=_("Leave empty to show the publisher it was cited with last."),
    )
    published_on = models.DateField(_("published on"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=State.choices, default=State.UNCHECKED, editable=False
    )
    http_status = models.PositiveSmallIntegerField(
        _("HTTP status"), null=True, blank=True, editable=False
    )
    moved_to = models.TextField(_("moved to"), blank=True, editable=False)
    checked_at = models.DateTimeField(
        _("last checked"), null=True, blank=True, db_index=True, editable=False
    )
    # When the next check is due; null is now.
    due_at = models.DateTimeField(null=True, blank=True, db_index=True, editable=False)
    # Failed checks in a row.
    failures = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return getattr(self, "shown_title", self.title) or self.canonical_url

    @classmethod
    def of(cls, url: str) -> "Source":
        """Return an unsaved source for a URL."""
        canonical = canonical_url(url)
        host = urlsplit(canonical).hostname or ""
        return cls(key=source_key(url), canonical_url=canonical, host=host)


class Citation(models.Model):
    """A place in a live issue that cites a source: in the sources of a story or of the issue.

    The row is derived: never edit it; ``manage.py rebuild_sources`` repairs it. It does not decide
    who may see it: queries filter its issues by ``digest.visibility``.
    """

    source = models.ForeignKey(
        Source,
        verbose_name=_("source"),
        on_delete=models.CASCADE,
        related_name="citations",
        db_index=False,
    )
    issue = models.ForeignKey(
        swapper.get_model_name("digest", "IssuePage"),
        verbose_name=_("issue"),
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    position = models.PositiveIntegerField(_("position"))
    date = models.DateField(_("date"), help_text=_("That of the issue."))
    # The path of the field in the editor, as in Wagtail's comments.
    content_path = models.TextField(_("content path"))
    title = models.CharField(_("title"), max_length=300, blank=True)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    url = models.TextField(_("URL"))

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        constraints = [
            models.UniqueConstraint(fields=["issue", "position"], name="digest_citation_position")
        ]
        indexes = [
            models.Index(fields=["source", "-date", "-issue"], name="digest_citation_latest"),
            models.Index(fields=["-date", "-source"], name="digest_citation_order"),
        ]

    def __str__(self) -> str:
        return self.title


class Check(models.Model):
    """The result of one check of a source."""

    readers_see_rows = False

    source = models.ForeignKey(
        Source, verbose_name=_("source"), on_delete=models.CASCADE, related_name="checks"
    )
    checked_at = models.DateTimeField(_("checked"))
    state = models.CharField(_("state"), max_length=20, choices=State.choices)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    moved_to = models.TextField(_("moved to"), blank=True)
    detail = models.TextField(_("detail"), blank=True)

    class Meta:
        verbose_name = _("check of a source")
        verbose_name_plural = _("checks of sources")
        ordering = ["-checked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_state_display()}, {self.checked_at:%Y-%m-%d}"


class CheckedHost(models.Model):
    """The claim of a run on a host, so that concurrent runs do not check it at once."""

    readers_see_rows = False

    name = models.CharField(_("host"), max_length=255, unique=True)
    free_at = models.DateTimeField(_("free at"))

    class Meta:
        verbose_name = _("host of sources")
        verbose_name_plural = _("hosts of sources")

    def __str__(self) -> str:
        return self.name
