"""Formats of dates and times in the admin."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation
from wagtail.utils.timestamps import render_timestamp

AT = datetime(2026, 7, 4, 16, 5, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "en-us", "en-gb"])
def test_times_of_wagtail_name_their_time_zone(language):
    with translation.override(language), timezone.override("America/New_York"):
        assert render_timestamp(AT) == "Sat 4 Jul 2026, 12:05 EDT"
