"""Source index in the admin: search, filters, export, editing and permissions."""

import csv
from io import BytesIO, StringIO

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import GroupPagePermission

from digest.models import Source
from digest.sources.models import State
from tests.builders import body, make_issue, restrict, source, story
from tests.http.servers import server  # noqa: F401

pytestmark = pytest.mark.django_db

LIST = "/admin/digest/sources/"


def cite(digest, *sources, day=14):
    """Create an issue that cites the sources."""
    return make_issue(digest, day, body=body(story(sources=list(sources))))


def the(url):
    return Source.objects.get(canonical_url=url)


def admin_url(action, found):
    return reverse(f"digest_sources:{action}", args=[found.pk])


def log_in_with(client, *codenames):
    """Log in a user with only the given permissions on sources."""
    group = Group.objects.create(name="Sources")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    user = User.objects.create_user("somebody")
    user.groups.add(group)
    client.force_login(user)
    return client


@pytest.fixture
def two(digest):
    """Create a dead source cited in two issues, and an unchecked one cited once."""
    url = "https://www.example.com/forecast"
    cite(digest, source(title="A forecast", publisher="Example Wire", url=url))
    cite(digest, source(url=url), source(title="Numbers", url="https://b.org/"), day=15)
    Source.objects.filter(host="example.com").update(state=State.DEAD, checked_at=timezone.now())
    return the("https://example.com/forecast"), the("https://b.org")


def listed(client, query=""):
    """Return the listed hosts."""
    return [row.host for row in client.get(f"{LIST}{query}").context["object_list"]]


def test_list_shows_the_sources_of_live_issues(admin_client, two):
    issue = two[1].citations.get().issue
    text = admin_client.get(LIST).content.decode()
    for shown in ("A source", "Numbers", "Example Wire", "example.com", "Wed 15 Apr 2026", "dead"):
        assert shown in text
    assert f'href="{two[0].citations.first().url}"' in text
    issue.unpublish()
    assert listed(admin_client) == ["example.com"]


@pytest.mark.parametrize(
    ("query", "hosts"),
    [
        ("?q=forecast", ["example.com"]),
        ("?q=WIRE+example", ["example.com"]),
        ("?q=b.org", ["b.org"]),
        ("?q=wire+numbers", []),
        ("?q=%25", []),
        ("?q=%00", ["b.org", "example.com"]),
        ("?state=dead", ["example.com"]),
        ("?state=dead&state=moved", ["example.com"]),
        ("?state=unchecked", ["b.org"]),
        ("?host=b.org", ["b.org"]),
        ("?host=nope", ["b.org", "example.com"]),
        ("?cited_from=2026-04-16", []),
        ("?cited_to=2026-04-15", ["b.org", "example.com"]),
        ("?state=nope&cited_from=x&host=%00", ["b.org", "example.com"]),
        ("?citations__issue__owner__password__startswith=x", ["b.org", "example.com"]),
        ("?foo=1&ordering=key", ["b.org", "example.com"]),
    ],
)
def test_search_and_filters(admin_client, two, query, hosts):
    assert sorted(listed(admin_client, query)) == hosts


@pytest.mark.parametrize(
    "column",
    [
        "shown_title",
        "shown_publisher",
        "issue_count",
        "last_cited_on",
        "state",
        "checked_at",
    ],
)
def test_every_column_is_sortable(admin_client, two, column):
    hosts = listed(admin_client, f"?ordering={column}")
    assert listed(admin_client, f"?ordering=-{column}") == (
        hosts if column == "last_cited_on" else hosts[::-1]
    )


def test_filters_offer_the_hosts_with_their_numbers(admin_client, two):
    text = admin_client.get(LIST).content.decode()
    assert "example.com (1)" in text


def test_query_count_does_not_depend_on_the_number_of_sources(
    admin_client, two, digest, django_assert_max_num_queries
):
    admin_client.get(LIST)
    with django_assert_max_num_queries(25) as few:
        admin_client.get(LIST)
    cite(digest, *(source(url=f"https://{number}.org") for number in range(20)), day=16)
    with django_assert_max_num_queries(len(few)):
        admin_client.get(LIST)


def test_inspect_view_shows_citations_and_checks(admin_client, two, django_assert_max_num_queries):
    dead = two[0]
    dead.checks.create(checked_at=timezone.now(), state=State.DEAD, http_status=404, detail="Gone")
    admin_client.get(LIST)
    with django_assert_max_num_queries(25):
        text = admin_client.get(admin_url("inspect", dead)).content.decode()
    for citation in dead.citations.all():
        place = f"/admin/pages/{citation.issue_id}/edit/#digest-field={citation.content_path}"
        assert place in text
    assert "Gone" in text
    assert "A forecast, Example Wire" in text


def test_inspect_view_shows_a_source_without_citations(admin_client, two):
    two[1].citations.get().issue.delete()
    assert (
        "No live issue cites it." in admin_client.get(admin_url("inspect", two[1])).content.decode()
    )


@pytest.mark.parametrize("pk", ["0", "999999", "abc", "9" * 30, "-1"])
@pytest.mark.parametrize("action", ["inspect", "edit", "fill_in"])
def test_unknown_source_is_not_found(admin_client, pk, action):
    assert admin_client.post(f"{LIST}{action}/{pk}/").status_code == 404


def test_only_title_publisher_and_date_are_editable(admin_client, two):
    dead = two[0]
    data = {"title": "Mine", "publisher": "", "published_on": "2026-04-01", "state": "found"}
    response = admin_client.post(admin_url("edit", dead), data | {"canonical_url": "x"})
    assert response.status_code == 302
    dead.refresh_from_db()
    assert (dead.title, dead.state) == ("Mine", State.DEAD)
    assert dead.canonical_url == "https://example.com/forecast"
    assert "Mine" in admin_client.get(LIST).content.decode()


def test_sources_cannot_be_added_or_deleted(admin_client, two):
    for path in ("new/", f"delete/{two[0].pk}/", f"copy/{two[0].pk}/"):
        assert admin_client.post(f"{LIST}{path}").status_code == 404
    assert Source.objects.count() == 2
    assert "Add source" not in admin_client.get(LIST).content.decode()


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://evil.example")']


def test_export_escapes_formulas(admin_client, digest):
    sources = [
        source(title=text, publisher=text, url=f"https://a.org/{number}")
        for number, text in enumerate(FORMULAS)
    ]
    cite(digest, *sources, source(title="Bell\x07", url="https://a.org/bell"))
    Source.objects.filter(canonical_url="https://a.org/1").update(title="=2+2", moved_to="-3")
    response = admin_client.get(f"{LIST}?export=csv")
    rows = list(csv.reader(StringIO(b"".join(response.streaming_content).decode())))
    assert len(rows) == 8
    sheet = load_workbook(BytesIO(b"".join(admin_client.get(f"{LIST}?export=xlsx")))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    texts = [text for row in rows for text in row] + [str(cell.value or "") for cell in cells]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t"))]
    assert "Bell" in texts


def test_export_is_filtered(admin_client, two):
    response = admin_client.get(f"{LIST}?export=csv&state=dead")
    heads, row = csv.reader(StringIO(b"".join(response.streaming_content).decode()))
    found = dict(zip(heads, row, strict=True))
    assert found["Host"] == "example.com"
    assert (found["Issues"], found["First cited"], found["State"]) == ("2", "2026-04-14", "dead")


def test_view_permission_does_not_allow_changes(client, two):
    log_in_with(client, "view_source")
    menu = client.get("/admin/").content.decode()
    assert LIST in menu
    assert listed(client) == ["b.org", "example.com"]
    assert "Fill in" not in client.get(admin_url("inspect", two[0])).content.decode()
    for action in ("edit", "fill_in"):
        assert client.post(admin_url(action, two[0])).status_code == 302
    assert the("https://example.com/forecast").title == ""


def test_citing_issue_is_shown_and_linked_according_to_permissions(client, two):
    issue = two[1].citations.get().issue
    edit = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    log_in_with(client, "view_source")

    def shown():
        text = client.get(admin_url("inspect", two[1])).content.decode()
        return issue.title in text, edit in text

    assert shown() == (True, False)
    restrict(issue)
    assert shown() == (False, False)
    GroupPagePermission.objects.create(
        group=Group.objects.get(name="Sources"),
        page=issue,
        permission=Permission.objects.get(codename="change_page"),
    )
    assert shown() == (True, True)


def test_list_requires_a_permission_on_sources(client, two):
    log_in_with(client)
    assert LIST not in client.get("/admin/").content.decode()
    for url in (LIST, admin_url("inspect", two[0]), f"{LIST}?export=csv"):
        assert client.get(url).status_code == 302


def test_unknown_history_is_not_found(admin_client):
    assert admin_client.get(f"{LIST}history/abc/").status_code == 404


@pytest.fixture
def online(digest, server):  # noqa: F811
    """Create a source whose URL is on the test server."""
    cite(digest, source(title="As cited", url=server.url("/a")))
    return Source.objects.get()


def test_page_metadata_prefills_the_form_and_is_saved_with_it(client, online, server):  # noqa: F811
    log_in_with(client, "change_source")
    title = '<title>As on the page</title><meta property="og:site_name" content="Wire">'
    server.set_response("/a", body=title, Content_Type="text/html")
    assert "Fill in from the page" in client.get(admin_url("inspect", online)).content.decode()
    assert client.get(admin_url("fill_in", online)).status_code == 405
    response = client.post(admin_url("fill_in", online))
    text = response.content.decode()
    assert 'value="As on the page"' in text
    assert 'value="Wire"' in text
    assert f'action="{admin_url("edit", online)}"' in text
    assert Source.objects.get().title == ""
    client.post(admin_url("edit", online), {"title": "As on the page", "publisher": "Wire"})
    found = Source.objects.with_citations().get()
    assert (found.shown_title, found.shown_publisher) == ("As on the page", "Wire")


def test_error_of_a_page_request_is_shown(admin_client, online, server):  # noqa: F811
    response = admin_client.post(admin_url("fill_in", online), follow=True)
    assert "Nothing could be read" in response.content.decode()
    assert "The server responded with status 404." in response.content.decode()
    assert Source.objects.get().title == ""


def test_page_is_not_requested_without_a_csrf_token(online, server, admin_user):  # noqa: F811
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(admin_url("fill_in", online)).status_code == 403
    assert server.requests == []


def test_editor_has_a_panel_with_broken_sources(admin_client, digest):
    block = story(sources=[source(title="Gone", url="https://a.org/gone")])
    issue = make_issue(digest, body=body(block))
    edit = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    assert "broken-sources" not in admin_client.get(edit).content.decode()
    Source.objects.update(state=State.MOVED, moved_to="https://b.org/<new>")
    text = admin_client.get(edit).content.decode()
    [item] = block["value"]["sources"]
    assert 'data-side-panel-toggle="broken-sources"' in text
    assert f"#digest-field=body.{block['id']}.sources.{item['id']}.url" in text
    assert "https://b.org/&lt;new&gt;" in text
    assert admin_url("inspect", Source.objects.get()) in text


def test_public_page_does_not_show_link_states(client, digest):
    issue = make_issue(digest, body=body(story(sources=[source(url="https://a.org/gone")])))
    before = client.get(issue.url).content
    Source.objects.update(state=State.DEAD)
    assert client.get(issue.url).content == before


def test_groups_can_get_only_the_change_and_view_permissions(admin_client, settings):
    call_command("check")
    group = Group.objects.create(name="G")
    text = admin_client.get(reverse("wagtailusers_groups:edit", args=[group.pk])).content.decode()
    assert "Can change source" in text
    assert "Can delete source" not in text
