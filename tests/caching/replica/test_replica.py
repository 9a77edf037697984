"""Public responses read from the replica, or from the primary if the replica fails."""

import pytest
from django.core.cache import caches
from django.db import OperationalError, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.images.models import Rendition
from wagtail.models import Site

from digest import memo
from digest.caching import content_version, replica
from digest.caching.replica import REPLICA
from digest.caching.response_middleware import sent_responses
from digest.models import IssuePage
from tests.caching.replica.databases import PRIMARY
from tests.optional_apps import served
from tests.previews.helpers import make_user, token_of

PATHS = served(
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
)
LATEST = "/api/v1/issues/latest/"
TITLED = served(LATEST, "/daily/2026-04-14/", "/api/v1/search/?q=volcano", "/feeds/daily/rss.xml")


def get_with_query_counts(path, client=None):
    """Return the response, and the number of queries of the primary and of the replica."""
    with (
        CaptureQueriesContext(connections[PRIMARY]) as primary,
        CaptureQueriesContext(connections[REPLICA]) as replica_queries,
    ):
        response = (client or Client()).get(path)
    return response, len(primary), len(replica_queries)


def clear_caches():
    for cache in caches.all():
        cache.clear()
    sent_responses.clear()


def retitle(title):
    """Change the issue in the primary."""
    IssuePage.objects.update(title=title, headline=title)


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_public_path_queries_the_replica_only(issue, path):
    path = path.format(issue=issue.pk)
    response, primary, of_replica = get_with_query_counts(path)
    assert response.status_code == 200, path
    assert (primary, of_replica > 0) == (0, True)
    assert get_with_query_counts(path)[1] == 0  # nor does a cached response


@pytest.mark.parametrize("path", ["/nothing/", "/api/v1/issues/99999/", "/old"])
def test_redirect_and_404_query_the_replica_only(databases_in_use, path):
    response, primary, of_replica = get_with_query_counts(path)
    assert response.status_code in (301, 404)
    assert (primary, of_replica > 0) == (0, True)


@pytest.mark.optional_apps
def test_health_checks_do_not_query_the_replica(databases_in_use):
    assert get_with_query_counts("/healthz")[1:] == (0, 0)
    assert get_with_query_counts("/readyz")[2] == 0


def test_preview_and_admin_read_the_primary(issue, client):
    token = token_of(issue, user := make_user())
    for path in (f"/preview/{token}/", f"/api/v1/preview/{token}/"):
        response, _primary, of_replica = get_with_query_counts(path)
        assert (response.status_code, of_replica) == (200, 0), path
    assert get_with_query_counts("/admin/login/")[2] == 0
    client.force_login(user)
    assert get_with_query_counts("/admin/", client)[2] == 0
    assert get_with_query_counts("/daily/", client)[2] == 0  # an editor sees the latest changes
    user.delete()


def test_post_does_not_query_the_replica(issue):
    with CaptureQueriesContext(connections[REPLICA]) as of_replica:
        assert Client().post("/daily/").status_code in (200, 405)
    assert len(of_replica) == 0


def test_lagging_replica_serves_its_state_until_it_catches_up(databases_in_use):
    retitle("Before")
    databases_in_use.catch_up()
    before = Client().get(LATEST)
    retitle("After")
    for path in TITLED:
        assert b"Before" in Client().get(path).content, path
    assert Client().get(LATEST).content == before.content
    databases_in_use.catch_up()
    for path in TITLED:
        assert b"After" in Client().get(path).content, path


def test_cached_responses_of_primary_and_replica_are_separate(databases_in_use, settings):
    retitle("Before")
    databases_in_use.catch_up()
    retitle("After")
    assert b"Before" in Client().get(LATEST).content
    settings.DATABASE_ROUTERS = []  # a process that reads from the primary, with the same cache
    assert b"After" in Client().get(LATEST).content
    settings.DATABASE_ROUTERS = ["digest.caching.replica.ReplicaRouter"]
    assert b"Before" in Client().get(LATEST).content


def test_site_root_urls_are_those_of_the_replica(databases_in_use):
    site = Site.objects.get()
    site.hostname = "moved.example"
    site.save()  # clears Wagtail's cached root paths, which are read from the replica again
    assert site.root_url not in Client().get("/daily/2026-04-14/").content.decode()
    databases_in_use.catch_up()
    assert site.root_url in Client().get("/daily/2026-04-14/").content.decode()


@pytest.mark.parametrize("path", ["/api/v1/issues/", "/daily/", "/sitemap.xml", "/nothing/"])
@pytest.mark.parametrize("is_connected", [True, False])
def test_response_is_complete_when_the_replica_is_lost(databases_in_use, path, is_connected):
    expected = Client().get("/sitemap.xml" if path == "/nothing/" else path)
    connections[REPLICA].close()
    if is_connected:
        connections[REPLICA].ensure_connection()
    databases_in_use.lose()
    retitle("Of the primary")
    response = Client().get(path)
    assert response.status_code == (404 if path == "/nothing/" else expected.status_code)


def test_lost_replica_is_not_tried_again_for_a_while(databases_in_use, monkeypatch):
    databases_in_use.lose()
    connections[REPLICA].close()
    tries = []
    connect = type(connections[REPLICA]).connect
    monkeypatch.setattr(
        connections[REPLICA], "connect", lambda: (tries.append(1), connect(connections[REPLICA]))
    )
    assert [Client().get(path).status_code for path in PATHS if "{" not in path][-1] == 200
    assert len(tries) == 1
    monkeypatch.setattr(replica, "_retry_at", 0.1)  # long ago
    assert Client().get("/daily/").status_code == 200
    assert len(tries) == 2


def test_only_one_thread_waits_for_a_connection(databases_in_use):
    connections[REPLICA].close()
    with replica._connecting:  # held by another thread
        assert Client().get("/daily/").status_code == 200
    assert connections[REPLICA].connection is None


def test_recovered_replica_is_read_again(databases_in_use, monkeypatch):
    databases_in_use.lose()
    connections[REPLICA].close()
    assert Client().get("/daily/").status_code == 200
    databases_in_use.catch_up()
    assert get_with_query_counts("/daily/")[2] == 0
    monkeypatch.setattr(replica, "_retry_at", 0.1)
    assert get_with_query_counts("/daily/")[1] == 0


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_public_path_does_not_need_the_primary(issue, settings, monkeypatch, path):
    settings.DIGEST_SEARCH_LOG_DAYS = 90
    connections[PRIMARY].close()
    monkeypatch.setattr(connections[PRIMARY], "connect", refuse)
    assert Client().get(path.format(issue=issue.pk)).status_code == 200


def refuse():
    raise OperationalError("connection refused")


@pytest.fixture
def failing_once(databases_in_use):
    """Make the n-th query of the replica fail, as one that a standby cancels."""

    def fail_at(number):
        seen = []

        def wrapper(execute, sql, params, many, context):
            seen.append(sql)
            if len(seen) == number:
                context["connection"].errors_occurred = True  # as Django's wrapper sets
                raise OperationalError("canceling statement due to conflict with recovery")
            return execute(sql, params, many, context)

        return connections[REPLICA].execute_wrapper(wrapper), seen

    return fail_at


@pytest.mark.slow
@pytest.mark.parametrize("path", [LATEST, "/daily/2026-04-14/", "/feeds/daily/rss.xml"])
def test_response_with_a_failed_query_is_rendered_from_the_primary(failing_once, path):
    expected = Client().get(path).content
    number = 1
    while True:
        clear_caches()
        wrapper, seen = failing_once(number)
        with wrapper:  # A middleware's failure is reported before the response is rendered again.
            response = Client(raise_request_exception=False).get(path)
        assert (response.status_code, response.content) == (200, expected), seen[-1]
        assert replica._retry_at == 0  # the replica still responds
        if len(seen) < number:
            break
        number += 1
    assert number > 3


def test_response_begun_with_the_replica_is_not_cached(failing_once):
    wrapper, _seen = failing_once(4)
    with wrapper:
        assert Client().get(LATEST).status_code == 200
    assert get_with_query_counts(LATEST)[2] > 2
    assert get_with_query_counts(LATEST)[2] == 1


def test_renditions_are_created_in_the_primary(databases_in_use):
    Rendition.objects.all().delete()
    databases_in_use.catch_up()
    assert b"renditions" in Client().get(LATEST).content
    renditions = set(Rendition.objects.values_list("file", flat=True))
    assert renditions
    connections[REPLICA].close()
    clear_caches()
    assert Client().get(LATEST).status_code == 200  # the replica has no row yet
    assert set(Rendition.objects.values_list("file", flat=True)) == renditions


@pytest.mark.optional_apps
@pytest.mark.parametrize("path", ["/api/v1/search/?q=volcano", "/search/?q=volcano"])
def test_search_is_counted_in_the_primary(databases_in_use, settings, path):
    from digest.contrib.search.models import Searched

    settings.DIGEST_SEARCH_LOG_DAYS = 90
    Searched.objects.all().delete()
    assert get_with_query_counts(path)[2] > 1
    assert Searched.objects.get().query == "volcano"


def test_primary_is_read_inside_a_transaction(databases_in_use):
    with transaction.atomic(), replica.reads():
        retitle("Written just now")
        assert IssuePage.objects.get().title == "Written just now"


def test_row_of_the_replica_is_saved_in_the_primary(databases_in_use):
    with replica.reads():
        page = IssuePage.objects.get()
        assert page._state.db == REPLICA
    page.title = "Saved"
    page.save()
    assert IssuePage.objects.get().title == "Saved"
    assert page.get_parent()._state.db == PRIMARY


def test_content_version_is_that_of_the_database_read(databases_in_use):
    retitle("Another")
    with replica.reads():
        of_replica = content_version.current()
        with replica.primary():
            of_primary = content_version.current()
    assert of_replica != of_primary == content_version.current()


def test_response_of_a_lagging_replica_is_not_for_long_lived_caches(databases_in_use, settings):
    settings.DIGEST_CDN_MAX_AGE = 3600
    for _time in range(3):  # rendered, and sent again twice
        assert "CDN-Cache-Control" in Client().get(LATEST)
    retitle("Changed, and purged")
    assert "CDN-Cache-Control" not in Client().get(LATEST)
    assert "CDN-Cache-Control" not in Client().get("/daily/2026-04-14/")


def test_page_leaves_no_values_to_other_responses(issue):
    """Its view may read from the primary, although the content version is that of the replica."""
    memo.clear()
    assert Client().get("/daily/").status_code == 200
    assert memo._latest.state[1] == {}
    assert Client().get("/api/v1/issues/").status_code == 200
    assert memo._latest.state[1]
    memo.clear()
