"""Endpoints of an optional app that exists only in tests; the fixture ``notes`` adds them."""

from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from digest.api.bodies import Body
from digest.api.extensions import APIExtension, DigestField
from digest.api.scope import Scope
from digest.api.writable import WritableAPIView
from digest.pages.page_models import get_digest_page_model


class AuthorBody(Body):
    """The author of a note."""

    name = serializers.CharField(max_length=100)


class NoteBody(Body):
    """A note to the editors."""

    text = serializers.CharField(max_length=2000)
    kind = serializers.ChoiceField(choices=["praise", "correction"], default="praise")
    copies = serializers.IntegerField(min_value=1, required=False)
    is_private = serializers.BooleanField(default=False)
    labels = serializers.ListField(child=serializers.CharField(), required=False)
    author = AuthorBody(required=False)


class ReceiptSerializer(serializers.Serializer):
    """What was received."""

    text = serializers.CharField()


class Notes(WritableAPIView):
    """Take notes to the editors of a digest."""

    body_class = NoteBody
    responses = {"POST": (202, ReceiptSerializer)}
    origins_setting = "NOTES_ORIGINS"

    def allowed_origins(self) -> Collection[str]:
        return getattr(settings, "NOTES_ORIGINS", [])

    def post(self, request: Request, slug: str) -> Response:
        self.scope.get_preferred(self.scope.digests(slug=slug))
        return Response({"text": self.body["text"]}, 202)


class Note(WritableAPIView):
    """Return a note."""

    serializer_class = ReceiptSerializer
    responses = {"POST": (200, ReceiptSerializer), "DELETE": (204, None)}

    def get(self, request: Request, name: str) -> Response:
        if name != "known":
            raise Http404
        return Response({"text": name})

    def post(self, request: Request, name: str) -> Response:
        """Confirm a note."""
        return self.get(request, name)

    def delete(self, request: Request, name: str) -> Response:
        """Delete a note."""
        self.get(request, name)
        return Response(status=204)


class NotesSerializer(serializers.Serializer):
    """Where notes are sent to."""

    url = serializers.URLField()


def notes_of(digests: Sequence[Any], scope: Scope) -> dict[int, Any]:
    """Return where each digest with a tagline takes notes, with one query."""
    pks = [digest.pk for digest in digests]
    found = get_digest_page_model().objects.filter(pk__in=pks).exclude(tagline="")
    urls = {d.pk: scope.api_url("digests", d.slug, "notes") for d in found}
    return {pk: {"url": url} for pk, url in urls.items()}


extension = APIExtension(
    urlpatterns=[
        path("digests/<unicode_slug:slug>/notes/", Notes.as_view()),
        path("notes/<str:name>/", Note.as_view()),
    ],
    digest_fields=[
        DigestField(
            name="notes",
            make_field=lambda: NotesSerializer(allow_null=True),
            values=notes_of,
            example={"url": "https://signals.example/api/v1/digests/daily/notes/"},
        )
    ],
)
