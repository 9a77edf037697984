from django.apps import AppConfig


class BenchmarksConfig(AppConfig):
    """Gives the issue to Wagtail's APIs as the owner of a site would, before they look."""

    name = "benchmarks"

    def ready(self) -> None:
        from digest.models import IssuePage

        IssuePage.api_fields = ["date", "summary", "tags", "image", "body"]
