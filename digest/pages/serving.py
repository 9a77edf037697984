"""What digests and issues do when a reader asks for their pages."""

from typing import Any

from django.http import HttpRequest

from digest import visibility


class ReadersPageMixin:
    """What both kinds of pages do when a reader asks for them."""

    default_template: str

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> list[str]:
        """The page class's own template where there is one, else the plugin's."""
        return [super().get_template(request, *args, **kwargs), self.default_template]

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Serve the page, unless it has expired."""
        visibility.raise_404_if_expired(self)
        # Wagtail comes here only with those whom it lets in, and no cache may keep a private page;
        # its form for a password is made of the same context, but not by way of here.
        request.digest_authorised_for = self.pk
        return super().serve(request, *args, **kwargs)
