"""Models of readers' search: the index, its vocabulary, synonyms, and logged queries."""

from datetime import date
from typing import Any

import swapper
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digest.pages.stories import Story

# The primary key of an entry packs its date, its issue and its position there into 63 bits.
PLACE_BITS, ISSUE_BITS = 10, 31
# At most this many stories of an issue are indexed; position 0 is the issue itself.
MAX_STORIES = 2**PLACE_BITS - 1


def first_id_of(day: date) -> int:
    """Return the lowest primary key that an entry of this day or later can have."""
    return day.toordinal() << (ISSUE_BITS + PLACE_BITS)


def day_number(entry_pk: int) -> int:
    """Return the day of an entry as a proleptic Gregorian ordinal (``date.toordinal``)."""
    return entry_pk >> (ISSUE_BITS + PLACE_BITS)


def place_number(entry_pk: int) -> int:
    """Return the place of an entry: 0 for the issue itself, N for its Nth story."""
    return entry_pk & MAX_STORIES


def entry_id(day: date, issue_id: int, place: int) -> int:
    """Return the primary key of an entry; primary keys sort by day."""
    return first_id_of(day) | issue_id << PLACE_BITS | place


class Entry(models.Model):
    """A public issue, or one of its stories, in the search index.

    The texts are tokens (``digest.contrib.search.analysis``), each with a space on both sides.
    The row is derived: never edit it; ``manage.py rebuild_search`` repairs it.
    """

    # Always set by ``entry_id``; an automatic field is SQLite's row id.
    id = models.BigAutoField(primary_key=True)
    issue = models.ForeignKey(
        swapper.get_model_name("digest", "IssuePage"), on_delete=models.CASCADE, related_name="+"
    )
    story = models.ForeignKey(Story, null=True, on_delete=models.CASCADE, related_name="+")
    # Ids of the parent page of the issue and of its tags, for counts.
    parent_id = models.BigIntegerField()
    tag_ids = models.TextField()
    language = models.CharField(max_length=10)
    title = models.TextField()
    summary = models.TextField()
    body = models.TextField()

    class Meta:
        # Covers the columns that counts read, without the texts.
        indexes = [
            models.Index(
                fields=["id", "issue", "parent_id", "tag_ids"], name="digest_entry_counted"
            )
        ]

    def __str__(self) -> str:
        return f"{self.date}, issue {self.issue_id}, place {self.place}"

    @property
    def date(self) -> date:
        """The date of the issue."""
        return date.fromordinal(day_number(self.id))

    @property
    def place(self) -> int:
        """The place in the issue: 0 for the issue itself, N for its Nth story."""
        return place_number(self.id)


class Word(models.Model):
    """A word of the index with its stem, for inflections and corrections."""

    pages_name_rows = False

    text = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    stem = models.CharField(max_length=40, db_index=True)
    # Indexed for the search for corrections.
    first = models.CharField(max_length=1)
    last = models.CharField(max_length=2)
    length = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "language"], name="digest_word")]
        indexes = [
            models.Index(fields=["first", "length"], name="digest_word_first"),
            models.Index(fields=["last", "length"], name="digest_word_last"),
        ]

    def __str__(self) -> str:
        return self.text


class Synonyms(models.Model):
    """Words and phrases that mean the same: a search for one also finds the others."""

    terms = models.CharField(
        _("words and phrases"),
        max_length=500,
        help_text=_("Separated by commas, as in: LLM, large language model"),
    )

    class Meta:
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")
        ordering = ["terms"]

    def __str__(self) -> str:
        return " = ".join(self.split())

    def split(self) -> list[str]:
        """Return the words and phrases."""
        return [term for part in self.terms.split(",") if (term := " ".join(part.split()))]

    def clean(self) -> None:
        if len({term.casefold() for term in self.split()}) < 2:
            raise ValidationError({"terms": _("Name two or more, separated by commas.")})


class Searched(models.Model):
    """How often a query was searched for on a day, and its latest number of results.

    No data about the reader is stored, and no query that looks like an e-mail address or a number.
    """

    readers_see_rows = False

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    day = models.DateField(_("day"), default=timezone.localdate)
    query = models.CharField(_("query"), max_length=100)
    times = models.PositiveIntegerField(_("times"), default=1)
    results = models.PositiveIntegerField(_("results"))

    class Meta:
        verbose_name = _("searched query")
        verbose_name_plural = _("searched queries")
        constraints = [
            models.UniqueConstraint(fields=["site", "query", "day"], name="digest_searched")
        ]
        indexes = [models.Index(fields=["day", "site"], name="digest_searched_day")]

    def __str__(self) -> str:
        return self.query


def words_of(entry: Any) -> set[str]:
    """Return the distinct tokens of an entry."""
    return set(f"{entry.title}{entry.summary}{entry.body}".split())
