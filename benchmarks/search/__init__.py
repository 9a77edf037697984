"""Programs that measure readers' search side by side with Wagtail's own: `make bench-search`."""
