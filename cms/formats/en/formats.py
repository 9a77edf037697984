"""As the digest's own screens; ``e`` is the time zone, which Wagtail's formats leave out."""

DATE_FORMAT = "D j M Y"
DATETIME_FORMAT = "D j M Y, H:i e"
