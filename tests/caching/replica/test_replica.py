"""What is public is read from the replica, and where it fails, from the primary."""

import pytest
from django.core.cache import caches
from django.db import OperationalError, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.images.models import Rendition
from wagtail.models import Site

from digest.caching import content_version, replica
from digest.caching.replica import REPLICA
from digest.contrib.search.models import Searched
from digest.models import IssuePage
from tests.caching.replica.databases import PRIMARY
from tests.previews.helpers import make_user, token_of

DOORS = [
    "/api/v1/",
    "/api/v1/site/",
    "/api/v1/pages/?path=/daily/",
    "/api/v1/digests/",
    "/api/v1/digests/daily/",
    "/api/v1/issues/?include=body",
    "/api/v1/issues/latest/",
    "/api/v1/issues/{issue}/",
    "/api/v1/issues/{issue}.md",
    "/api/v1/stories/",
    "/api/v1/sources/",
    "/api/v1/tags/",
    "/api/v1/tags/lava/",
    "/api/v1/search/?q=volcano",
    "/api/v1/search/?q=volcanoe",
    "/api/v1/search/suggest/?q=vol",
    "/feeds/daily/rss.xml",
    "/feeds/daily/tags/lava/atom.xml",
    "/sitemap.xml",
    "/llms.txt",
    "/",
    "/daily/",
    "/daily/2026-04-14/",
    "/tags/lava/",
    "/search/?q=volcano",
]
KEPT = "/api/v1/issues/latest/"


def asked(path, client=None):
    """The answer, and how many queries each of the two had for it."""
    with (
        CaptureQueriesContext(connections[PRIMARY]) as primary,
        CaptureQueriesContext(connections[REPLICA]) as copy,
    ):
        answer = (client or Client()).get(path)
    return answer, len(primary), len(copy)


def forget():
    """Empty the caches."""
    for cache in caches.all():
        cache.clear()


def retitle(title):
    """Change what readers see, in the primary."""
    IssuePage.objects.update(title=title, headline=title)


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS)
def test_every_public_door_asks_the_replica_alone(issue, door):
    path = door.format(issue=issue.pk)
    answer, primary, copy = asked(path)
    assert answer.status_code == 200, path
    assert (primary, copy > 0) == (0, True)
    assert asked(path)[1] == 0  # nor does what is kept


@pytest.mark.parametrize("path", ["/nothing/", "/api/v1/issues/99999/", "/old"])
def test_so_does_what_is_not_there_or_elsewhere(copies, path):
    answer, primary, copy = asked(path)
    assert answer.status_code in (301, 404)
    assert (primary, copy > 0) == (0, True)


def test_probes_ask_no_replica(copies):
    assert asked("/healthz")[1:] == (0, 0)
    assert asked("/readyz")[2] == 0


def test_a_preview_and_the_admin_are_the_primarys(issue, client):
    token = token_of(issue, user := make_user())
    for path in (f"/preview/{token}/", f"/api/v1/preview/{token}/"):
        answer, _primary, copy = asked(path)
        assert (answer.status_code, copy) == (200, 0), path
    assert asked("/admin/login/")[2] == 0
    client.force_login(user)
    assert asked("/admin/", client)[2] == 0
    assert asked("/daily/", client)[2] == 0  # an editor sees what she wrote
    user.delete()


def test_a_post_is_the_primarys(issue):
    with CaptureQueriesContext(connections[REPLICA]) as copy:
        assert Client().post("/daily/").status_code in (200, 405)
    assert len(copy) == 0


def test_a_lagging_replica_gives_its_own_state_and_then_the_new_one(copies):
    retitle("Before")
    copies.catch_up()
    before = Client().get(KEPT)
    retitle("After")
    for path in (KEPT, "/daily/2026-04-14/", "/api/v1/search/?q=volcano", "/feeds/daily/rss.xml"):
        assert b"Before" in Client().get(path).content, path
    assert Client().get(KEPT).content == before.content
    copies.catch_up()
    for path in (KEPT, "/daily/2026-04-14/", "/api/v1/search/?q=volcano", "/feeds/daily/rss.xml"):
        assert b"After" in Client().get(path).content, path


def test_what_is_kept_of_one_is_not_given_for_the_other(copies, settings):
    retitle("Before")
    copies.catch_up()
    retitle("After")
    assert b"Before" in Client().get(KEPT).content
    settings.DATABASE_ROUTERS = []  # a process that reads from the primary, with the same cache
    assert b"After" in Client().get(KEPT).content
    settings.DATABASE_ROUTERS = ["digest.caching.replica.ReplicaRouter"]
    assert b"Before" in Client().get(KEPT).content


def test_addresses_follow_too(copies):
    site = Site.objects.get()
    site.hostname = "moved.example"
    site.save()  # Wagtail forgets the addresses of sites, and is given those of the replica
    assert site.root_url not in Client().get("/daily/2026-04-14/").content.decode()
    copies.catch_up()
    assert site.root_url in Client().get("/daily/2026-04-14/").content.decode()


@pytest.mark.parametrize("path", ["/api/v1/issues/", "/daily/", "/sitemap.xml", "/nothing/"])
@pytest.mark.parametrize("is_connected", [True, False])
def test_a_lost_replica_is_not_noticed_by_a_reader(copies, path, is_connected):
    expected = Client().get("/sitemap.xml" if path == "/nothing/" else path)
    connections[REPLICA].close()
    if is_connected:
        connections[REPLICA].ensure_connection()
    copies.lose()
    retitle("Of the primary")
    answer = Client().get(path)
    assert answer.status_code == (404 if path == "/nothing/" else expected.status_code)


def test_a_replica_that_is_gone_is_left_alone_for_a_while(copies, monkeypatch):
    copies.lose()
    connections[REPLICA].close()
    tries = []
    connect = type(connections[REPLICA]).connect
    monkeypatch.setattr(
        connections[REPLICA], "connect", lambda: (tries.append(1), connect(connections[REPLICA]))
    )
    assert [Client().get(path).status_code for path in DOORS if "{" not in path][-1] == 200
    assert len(tries) == 1
    monkeypatch.setattr(replica, "_retry_at", 0.1)  # long ago
    assert Client().get("/daily/").status_code == 200
    assert len(tries) == 2


def test_one_thread_at_a_time_waits_for_a_connection(copies):
    connections[REPLICA].close()
    with replica._connecting:  # as another thread has it
        assert Client().get("/daily/").status_code == 200
    assert connections[REPLICA].connection is None


def test_a_replica_that_is_back_is_read_again(copies, monkeypatch):
    copies.lose()
    connections[REPLICA].close()
    assert Client().get("/daily/").status_code == 200
    copies.catch_up()
    assert asked("/daily/")[2] == 0
    monkeypatch.setattr(replica, "_retry_at", 0.1)
    assert asked("/daily/")[1] == 0


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS)
def test_readers_go_on_when_the_primary_is_gone(issue, settings, monkeypatch, door):
    settings.DIGEST_SEARCH_LOG_DAYS = 90
    connections[PRIMARY].close()
    monkeypatch.setattr(connections[PRIMARY], "connect", refuse)
    assert Client().get(door.format(issue=issue.pk)).status_code == 200


def refuse():
    """Take no connection."""
    raise OperationalError("connection refused")


@pytest.fixture
def failing_once(copies):
    """The replica, of which the n-th query fails as one does that a standby cancels."""

    def fail_at(number):
        seen = []

        def wrapper(execute, sql, params, many, context):
            seen.append(sql)
            if len(seen) == number:
                context["connection"].errors_occurred = True  # as Django's own wrapper says
                raise OperationalError("canceling statement due to conflict with recovery")
            return execute(sql, params, many, context)

        return connections[REPLICA].execute_wrapper(wrapper), seen

    return fail_at


@pytest.mark.slow
@pytest.mark.parametrize("path", [KEPT, "/daily/2026-04-14/", "/feeds/daily/rss.xml"])
def test_an_answer_of_which_any_query_fails_is_made_from_the_primary(failing_once, path):
    expected = Client().get(path).content
    number = 1
    while True:
        forget()
        wrapper, seen = failing_once(number)
        with wrapper:  # Middlewares' own failures are reported before the answer is made again.
            answer = Client(raise_request_exception=False).get(path)
        assert (answer.status_code, answer.content) == (200, expected), seen[-1]
        assert replica._retry_at == 0  # it answers, but for that
        if len(seen) < number:
            break
        number += 1
    assert number > 3


def test_an_answer_that_was_begun_with_the_replica_is_not_kept(failing_once):
    wrapper, _seen = failing_once(4)
    with wrapper:
        assert Client().get(KEPT).status_code == 200
    assert asked(KEPT)[2] > 2
    assert asked(KEPT)[2] == 1


def test_renditions_are_made_in_the_primary(copies):
    Rendition.objects.all().delete()
    copies.catch_up()
    assert b"renditions" in Client().get(KEPT).content
    made = set(Rendition.objects.values_list("file", flat=True))
    assert made
    connections[REPLICA].close()
    forget()
    assert Client().get(KEPT).status_code == 200  # the replica has none of them yet
    assert set(Rendition.objects.values_list("file", flat=True)) == made


@pytest.mark.parametrize("path", ["/api/v1/search/?q=volcano", "/search/?q=volcano"])
def test_a_search_is_counted_in_the_primary(copies, settings, path):
    settings.DIGEST_SEARCH_LOG_DAYS = 90
    Searched.objects.all().delete()
    assert asked(path)[2] > 1
    assert Searched.objects.get().query == "volcano"


def test_inside_a_transaction_the_primary_is_read(copies):
    with transaction.atomic(), replica.reads():
        retitle("Written just now")
        assert IssuePage.objects.get().title == "Written just now"


def test_a_row_of_the_replica_is_saved_and_followed_in_the_primary(copies):
    with replica.reads():
        page = IssuePage.objects.get()
        assert page._state.db == REPLICA
    page.title = "Saved"
    page.save()
    assert IssuePage.objects.get().title == "Saved"
    assert page.get_parent()._state.db == PRIMARY


def test_the_version_is_that_of_the_database_that_is_read(copies):
    retitle("Another")
    with replica.reads():
        theirs = content_version.current()
        with replica.primary():
            ours = content_version.current()
    assert theirs != ours == content_version.current()


def test_a_late_answer_is_not_for_caches_that_keep_long(copies, settings):
    settings.DIGEST_CDN_MAX_AGE = 3600
    assert "CDN-Cache-Control" in Client().get(KEPT)
    retitle("Changed, and purged")
    assert "CDN-Cache-Control" not in Client().get(KEPT)
    assert "CDN-Cache-Control" not in Client().get("/daily/2026-04-14/")
