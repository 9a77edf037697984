"""Snippet with scheduled publishing, installed only for ``crashes``."""

from django.db import models
from wagtail.models import DraftStateMixin, RevisionMixin
from wagtail.snippets.models import register_snippet


@register_snippet
class Notice(DraftStateMixin, RevisionMixin, models.Model):
    title = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.title
