"""A custom base page model (Wagtail 8)."""

from django.db import models
from wagtail.models import AbstractPage, DefaultBasePageMixin


class BasePage(AbstractPage, DefaultBasePageMixin):
    category = models.CharField(max_length=100, blank=True)

    search_fields = AbstractPage.search_fields + DefaultBasePageMixin.search_fields
