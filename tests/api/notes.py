"""Endpoints of an optional app that exists only in tests; the fixture ``notes`` adds them."""

from collections.abc import Collection

from django.conf import settings
from django.http import Http404
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from digest.api.bodies import Body
from digest.api.extensions import APIExtension
from digest.api.writable import WritableAPIView


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


extension = APIExtension(
    urlpatterns=[
        path("digests/<unicode_slug:slug>/notes/", Notes.as_view()),
        path("notes/<str:name>/", Note.as_view()),
    ]
)
