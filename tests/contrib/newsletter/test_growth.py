"""The growth of a digest: readers who came and left, and how many are active."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from digest.contrib.newsletter.models import Subscriber, Subscription
from digest.contrib.newsletter.reports import PERIODS, growth_of
from tests.admin.helpers import make_user
from tests.builders import make_digest

pytestmark = pytest.mark.django_db
GROWTH = "/admin/digest/mailings/growth/"


def add(digest, confirmed_at, ended_at=None, reason=""):
    address = f"r{Subscriber.objects.count()}@example.org"
    reader = Subscriber.objects.create(address=address, key=address, bucket=address)
    state = "ended" if ended_at else "active" if confirmed_at else "pending"
    fields = {"state": state, "confirmed_at": confirmed_at, "ended_at": ended_at}
    Subscription.objects.create(
        subscriber=reader, digest=digest, source="form", end_reason=reason, **fields
    )


def at(day, hour=12):
    return datetime(2026, 4, day, hour, tzinfo=UTC)


def test_periods_have_those_who_came_and_left(digest):
    add(digest, at(1))
    add(digest, at(1), ended_at=at(3), reason="one_click")
    add(digest, at(3))
    add(digest, None)
    add(digest, None, ended_at=at(2), reason="page")
    found = growth_of(digest, PERIODS["day"], UTC)
    rows = [(row.start.day, row.new, dict(row.left), row.active) for row in found[:4]]
    assert rows == [(1, 2, {}, 2), (2, 0, {}, 2), (3, 1, {"one_click": 1}, 2), (4, 0, {}, 2)]
    assert found[-1].start == timezone.now().date()


@pytest.mark.parametrize(
    ("period", "starts"),
    [
        ("week", [date(2026, 3, 30), date(2026, 4, 6), date(2026, 4, 13)]),
        ("month", [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)]),
    ],
)
def test_periods_follow_each_other(digest, period, starts):
    add(digest, at(2))
    assert [row.start for row in growth_of(digest, PERIODS[period], UTC)[:3]] == starts


def test_days_are_those_of_the_time_zone(digest):
    add(digest, at(1, hour=23))
    zone = timezone.get_fixed_timezone(timedelta(hours=2))
    assert growth_of(digest, PERIODS["day"], zone)[0].start == date(2026, 4, 2)


def test_page_has_a_plot_and_a_table(admin_client, digest):
    now = timezone.now()
    add(digest, now - timedelta(days=30), ended_at=now, reason="one_click")
    add(digest, now - timedelta(days=30))
    page = admin_client.get(GROWTH).content.decode()
    for shown in ("digest-plot__chart", "Left: one-click unsubscribe", "1 reader at the end"):
        assert shown in page


def test_invalid_choice_is_an_error(admin_client, digest):
    add(digest, timezone.now())
    for query in ("?digest=x", "?by=decade", "?digest=999999"):
        response = admin_client.get(GROWTH + query)
        assert response.context["view"].form.errors
        assert "digest-plot__chart" not in response.content.decode()


def test_page_without_digests(admin_client, site):
    assert admin_client.get(GROWTH).status_code == 200


def test_publisher_sees_the_growth_of_own_digests(client, digest, home_page):
    weekly = make_digest(home_page, "weekly")
    client.force_login(make_user("editor", digest, "publish"))
    form = client.get(GROWTH).context["view"].form
    assert list(form.fields["digest"].queryset) == [digest]
    assert client.get(f"{GROWTH}?digest={weekly.pk}").context["view"].form.errors
    client.force_login(make_user("writer", digest, "change"))
    assert client.get(GROWTH).status_code == 302
