"""Serving of digests and issues as HTML pages."""

from typing import Any

from django.http import HttpRequest

from digest import visibility


class ReadersPageMixin:
    """Serve a page with its class's own template, or else with the plugin's."""

    default_template: str

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> list[str]:
        return [super().get_template(request, *args, **kwargs), self.default_template]

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        visibility.raise_404_if_expired(self)
        # Wagtail only calls this for visitors who pass the view restrictions, and restricted pages
        # are not cacheable. The password form has the same context, but is served without this.
        request.digest_authorised_for = self.pk
        return super().serve(request, *args, **kwargs)
