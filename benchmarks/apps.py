from django.apps import AppConfig


class BenchmarksConfig(AppConfig):
    name = "benchmarks"

    def ready(self) -> None:
        from digest.models import IssuePage

        # As a site would configure it; before Wagtail's APIs read it.
        IssuePage.api_fields = ["date", "summary", "tags", "image", "body"]
