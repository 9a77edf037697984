"""The endpoints of the site: the map, the site itself and its paths."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from digest import __version__, visibility
from digest.api import extensions, parameters, representations, serializers
from digest.api.base import APIView
from digest.api.representations import Digests
from digest.conf import conf, get_base_page_model
from digest.pages import paths, public_urls
from digest.pages.listing import with_locales


class ApiRootView(APIView):
    """Return the name of the site, the version of the plugin and the URLs of the endpoints."""

    serializer_class = serializers.ApiRootSerializer

    def get(self, request: Request) -> Response:
        names = ["site", "digests", "issues", "stories", "sources", "tags", "pages"]
        names += extensions.links()
        names += ["schema", "docs"] if conf.API_DOCS_ENABLED else []
        links = {name: self.scope.api_url(name) for name in names}
        links["latest_issue"] = self.scope.api_url("issues", "latest")
        name = public_urls.site_name(self.site)
        return Response({"name": name, "version": __version__, "links": links})


class SiteView(APIView):
    """Return all that a frontend needs at start: languages, navigation, digests, feeds."""

    serializer_class = serializers.SiteSerializer

    def get(self, request: Request) -> Response:
        digests = self.scope.digests().select_related("locale").order_by("title", "pk")
        data = {
            "name": public_urls.site_name(self.site),
            "root_url": public_urls.frontend_root(self.site),
            "locales": self.locales(),
            "navigation": self.navigation(),
            "digests": Digests(digests, self.scope).as_data(),
            "search_url": self.search_url(),
            "sitemap_url": self.site.root_url + reverse("digest:sitemap"),
            "llms_url": self.site.root_url + reverse("digest:llms"),
        }
        return Response(data)

    def search_url(self) -> str | None:
        """Return the URL of the search endpoint, or None if no installed app adds it."""
        return self.scope.api_url("search") if "search" in extensions.links() else None

    def locales(self) -> list[dict[str, Any]]:
        """Return the languages with a public front page, that of the site first."""
        roots = list(visibility.public(paths.front_pages(self.site), self.site))
        visibility.note_expiry(roots)
        ordered = sorted(roots, key=lambda page: (page.pk != self.site.root_page_id, page.pk))
        return [
            {
                "code": page.locale.language_code,
                "name": page.locale.get_display_name(),
                "is_default": page.pk == self.site.root_page_id,
                "url": self.scope.page_url(page),
            }
            for page in ordered
        ]

    def navigation(self) -> list[dict[str, Any]]:
        """Return the public pages in menus, in tree order."""
        pages = get_base_page_model().objects.in_menu().order_by("path")
        shown = with_locales(visibility.public(pages, self.site).specific(defer=True))
        top = self.site.root_page.depth
        return [
            representations.page(page, self.scope) | {"level": max(page.depth - top, 0)}
            for page in shown
        ]


class PageAtPath(APIView):
    """Return the page or the redirect at a path of the site."""

    parameters_class = parameters.PathParameters
    serializer_class = serializers.PageAtPathSerializer

    def get(self, request: Request) -> Response:
        path = self.parameters["path"]
        page = paths.page_at(path, self.site, request._request)
        if page is not None:
            return Response(representations.page(page, self.scope))
        redirect = paths.redirect_at(path, self.site)
        if redirect is None:
            raise Http404
        return Response({"type": "redirect", **redirect._asdict()})
