"""The screens of the admin with many readers."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client as DjangoClient
from django.test import override_settings
from django.urls import reverse

from benchmarks.tables import at_most
from digest.contrib.newsletter.models import Mailing

ROUNDS = 5
MOST_OF_LIST, MOST_OF_REPORT = 300, 100  # milliseconds


def figures() -> Iterator[str]:
    user = get_user_model().objects.create_superuser("benchmark", "", "benchmark")
    client = DjangoClient(SERVER_NAME="localhost")
    client.force_login(user)
    mailing = Mailing.objects.get()
    screens = {
        "subscribers' list": (reverse("digest_newsletter_subscribers:index"), MOST_OF_LIST),
        "a mailing's report": (
            reverse("digest_newsletter_mailings:inspect", args=[mailing.pk]),
            MOST_OF_REPORT,
        ),
    }
    # Production's needs `collectstatic`.
    static_files = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    try:
        with override_settings(STORAGES=settings.STORAGES | {"staticfiles": static_files}):
            yield from _times(client, screens)
    finally:
        user.delete()


def _times(client: DjangoClient, screens: dict[str, tuple[str, int]]) -> Iterator[str]:
    for name, (url, most) in screens.items():
        yield at_most(f"{name}, after the first", _milliseconds(client, url), most, " ms")


def _milliseconds(client: DjangoClient, url: str) -> float:
    """Return the median time of a response; the first one loads templates, and does not count."""
    times = []
    for _number in range(ROUNDS + 1):
        start = perf_counter()
        response = client.get(url)
        times.append((perf_counter() - start) * 1000)
        if response.status_code != 200:
            raise RuntimeError(f"{url} has status {response.status_code}")
    return median(times[1:])
