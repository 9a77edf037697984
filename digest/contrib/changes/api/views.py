"""The endpoint of the feed of changes."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from wagtail.models import Locale

from digest.api.base import APICachePolicy, APIView
from digest.api.errors import InvalidParameters, ProblemError
from digest.contrib.changes.api import data, parameters, serializers
from digest.contrib.changes.api.problems import START_OVER
from digest.contrib.changes.api.schema import ChangesSchema
from digest.contrib.changes.api.tokens import Place, read_token, write_token
from digest.contrib.changes.models import FeedState, PublicState


class FeedPolicy(APICachePolicy):
    """Let every response come from the primary; caches ask whether it is still the same."""

    is_stored = False

    def reads_primary(self, request: HttpRequest) -> bool:
        return True

    def set_cache_control(self, response: HttpResponse, is_consistent: bool) -> None:
        super().set_cache_control(response, is_consistent)
        if is_consistent and response.status_code in (200, 304):
            response["Cache-Control"] = "max-age=0, must-revalidate"
            del response["CDN-Cache-Control"]


class Changes(APIView):
    """Return the pages that have changed since the last request, each in its latest state."""

    cache_policy_class = FeedPolicy
    schema = ChangesSchema()
    parameters_class = parameters.ChangeParameters
    serializer_class = serializers.ChangeListSerializer

    def get(self, request: Request) -> Response:
        # Without a row, the relay has not run yet.
        feed = FeedState.objects.first() or FeedState(epoch="00000000-0000-0000-0000-000000000000")
        start = self.start(feed)
        limit = self.parameters["limit"]
        rows = list(self.rows(feed, start)[: limit + 1])
        has_more, rows = len(rows) > limit, rows[:limit]
        end = rows[-1].sequence if has_more else feed.sequence
        found = list(data.changes(rows, self.scope, "issue" in self.parameters.get("include", ())))
        place = start.next(end, self.doubtful(start, rows, found), has_more)
        results = list(self.results(rows, found))
        return Response(
            {"results": results, "next_since": write_token(place), "has_more": has_more}
        )

    def doubtful(self, start: Place, rows: list[Any], found: list[Any]) -> int:
        """Return the place before data that may be as before when the relay compares it; or -1.

        Of a page that a change may have touched, the relay repeats the row. A page that is hidden
        now may be shown again before the relay sees it. Nothing here depends on what is waiting:
        readers would see that something changed that they do not see.
        """
        feed = FeedState.objects.first() if "since" in self.parameters else None
        if feed is not None:  # Rows may have been deleted meanwhile.
            self.check(start, feed)
        hidden = (row for row, change in zip(rows, found, strict=True) if change is None)
        return next((row.sequence - 1 for row in hidden), -1)

    def start(self, feed: FeedState) -> Place:
        """Return the place of ``since``; raise a 400 or a 410 if there is none."""
        if "since" not in self.parameters:
            return Place(str(feed.epoch), self.site.pk, 0, feed.sequence)
        place = read_token(self.parameters["since"])
        if place is None or place.site_id != self.site.pk:
            detail = "It is not the `next_since` of a response of this site."
            raise InvalidParameters([{"parameter": "since", "code": "invalid", "detail": detail}])
        self.check(place, feed)
        return place

    @staticmethod
    def check(place: Place, feed: FeedState) -> None:
        """Raise a 410 if the feed cannot go on from a place."""
        known = max(place.sequence, place.first)
        is_kept = feed.forgotten_sequence <= known <= feed.sequence
        if place.epoch != str(feed.epoch) or not is_kept:
            raise ProblemError(START_OVER)

    def rows(self, feed: FeedState, start: Place) -> QuerySet:
        """Return the rows after a place, without pages that were gone when the client began."""
        rows = PublicState.objects.filter(
            Q(is_public=True) | Q(sequence__gt=start.first),
            site_id=self.site.pk,
            sequence__gt=start.sequence,
            sequence__lte=feed.sequence,
        )
        if "kind" in self.parameters:
            rows = rows.filter(kind=self.parameters["kind"])
        if "locale" in self.parameters:
            locales = Locale.objects.filter(language_code__iexact=self.parameters["locale"])
            rows = rows.filter(locale_id__in=locales.values("pk"))
        # Tuples, which cost less than instances, and without the texts that only the relay needs.
        return rows.order_by("sequence").values_list(*data.COLUMNS, named=True)

    def results(self, rows: list[Any], found: list[Any]) -> Iterator[dict[str, Any]]:
        """Yield the data of rows; pages that have just been hidden are gone."""
        for row, change in zip(rows, found, strict=True):
            if change is not None:
                yield change
            elif "since" in self.parameters:
                yield data.gone(row)
