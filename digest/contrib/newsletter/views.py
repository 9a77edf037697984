"""The pages of the newsletter."""

from django.http import Http404, HttpRequest, HttpResponse


def confirm(request: HttpRequest, token: str) -> HttpResponse:
    raise Http404


unsubscribe = preferences = block = one_click = confirm
