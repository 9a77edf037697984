"""URLs of the site, with Wagtail's APIs mounted as in their documentation."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.api.v3.urls import api as api_v3
from wagtail.documents.api.v2.views import DocumentsAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet

from cms.urls import urlpatterns as site

api_v2 = WagtailAPIRouter("wagtailapi")
api_v2.register_endpoint("pages", PagesAPIViewSet)
api_v2.register_endpoint("images", ImagesAPIViewSet)
api_v2.register_endpoint("documents", DocumentsAPIViewSet)


def empty(request: HttpRequest) -> HttpResponse:
    """Return a minimal response, as the baseline of what a request costs."""
    return HttpResponse("{}", content_type="application/json")


class EmptyPostView(APIView):
    """Parse the body of a POST and do nothing, as the baseline of what it costs with DRF."""

    def post(self, request: Request) -> Response:
        return Response({"size": len(request.data)}, status=202)


urlpatterns = [
    path("empty/", empty),
    path("empty-post/", EmptyPostView.as_view()),
    path("api/v2/", api_v2.urls),
    path("api/v3/", api_v3.urls),
    *site,
]
