"""The admin of readers' search: synonyms, the report of searches, and links to promotions."""

import io

import openpyxl
import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.urls import reverse
from wagtail.admin.menu import reports_menu
from wagtail.contrib.search_promotions.models import Query, SearchPromotion
from wagtail.models import Page, Site

from digest import visibility
from digest.contrib.search.log import log_search
from digest.contrib.search.models import Searched, Synonyms
from digest.contrib.search.querying import search
from digest.models import IssuePage
from tests.builders import body, make_issue, story

pytestmark = pytest.mark.django_db

REPORT, ADD = "/admin/reports/searches/", "/admin/search-synonyms/new/"


@pytest.fixture
def editor(client, django_user_model):
    """Sign in a user with access to the admin and these permissions."""

    def sign_in(*codenames):
        group = Group.objects.create(name="Search editors")
        group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
        user = django_user_model.objects.create_user("editor", "editor@example.com", "x")
        user.groups.add(group)
        client.force_login(user)
        return client

    return sign_in


def html(response):
    assert response.status_code == 200
    return response.content.decode()


def count(text):
    return search(text, visibility.public(IssuePage.objects.all())).entries.count()


def test_synonyms_work_from_the_next_search(admin_client, digest):
    make_issue(digest, body=body(story("A large language model")))
    assert not count("llm")
    admin_client.post(ADD, {"terms": "LLM, large language model"})
    assert count("llm")
    url = reverse("digest_search_synonyms:delete", args=[Synonyms.objects.get().pk])
    admin_client.post(url)
    assert not count("llm")


def test_synonyms_are_listed_and_changed(admin_client):
    row = Synonyms.objects.create(terms="bike,  bicycle")
    assert "bike = bicycle" in html(admin_client.get("/admin/search-synonyms/"))
    assert "bike = bicycle" in html(admin_client.get("/admin/search-synonyms/?q=BICYC"))
    assert "bike = bicycle" not in html(admin_client.get("/admin/search-synonyms/?q=tram"))
    url = reverse("digest_search_synonyms:edit", args=[row.pk])
    admin_client.post(url, {"terms": "bike, cycle"})
    row.refresh_from_db()
    assert row.split() == ["bike", "cycle"]


@pytest.mark.parametrize("terms", ["", "LLM", "LLM, llm", ", ,", "LLM,"])
def test_fewer_than_two_words_are_no_synonyms(admin_client, terms):
    response = admin_client.post(ADD, {"terms": terms})
    assert list(response.context["form"].errors) == ["terms"]
    assert not Synonyms.objects.exists()


def test_synonyms_need_a_permission(editor):
    client = editor("add_synonyms")
    assert client.get(ADD).status_code == 200
    row = Synonyms.objects.create(terms="bike, bicycle")
    for name in ("edit", "delete"):
        url = reverse(f"digest_search_synonyms:{name}", args=[row.pk])
        assert client.get(url).status_code == 302
    assert "Search synonyms" in html(client.get("/admin/"))


def test_editors_of_digests_edit_synonyms(digest):
    call_command("create_roles", verbosity=0)
    synonyms = Permission.objects.filter(codename__endswith="_synonyms")
    assert synonyms.filter(group__name="Digest editors").count() == 4


def test_users_without_permissions_see_neither(editor):
    client = editor()
    for url in ("/admin/search-synonyms/", ADD, REPORT, f"{REPORT}results/"):
        assert client.get(url).status_code == 302
    page = html(client.get("/admin/"))
    assert "Search synonyms" not in page
    assert REPORT not in page


def test_report_lists_queries_with_counts(admin_client, site):
    for _ in range(3):
        log_search(site, "Heat <pump>", 41)
    page = html(admin_client.get(REPORT))
    row = page[page.index("heat &lt;pump&gt;") :]
    assert "3" in row
    assert "41" in row


def rows(response):
    return [row["query"] for row in response.context["object_list"]]


def test_report_can_be_sorted_searched_and_filtered(admin_client, site):
    for query, times, results in (("heat pump", 1, 1), ("tram", 3, 0), ("bus", 2, 0)):
        Searched.objects.create(site=site, query=query, times=times, results=results)
    assert rows(admin_client.get(REPORT)) == ["tram", "bus", "heat pump"]
    assert rows(admin_client.get(f"{REPORT}?ordering=query")) == ["bus", "heat pump", "tram"]
    assert rows(admin_client.get(f"{REPORT}?latest_results=0")) == ["tram", "bus"]
    assert rows(admin_client.get(f"{REPORT}?q=PUMP")) == ["heat pump"]
    assert rows(admin_client.get(f"{REPORT}results/?latest_results=0&q=b")) == ["bus"]


def test_report_has_the_site_if_there_are_several(admin_client, site):
    log_search(site, "tram", 1)
    assert "other.example" not in html(admin_client.get(REPORT))
    root = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
    other = Site.objects.create(hostname="other.example", root_page=root)
    log_search(other, "bus", 1)
    assert "other.example" in html(admin_client.get(REPORT))
    assert rows(admin_client.get(f"{REPORT}?site={other.pk}")) == ["bus"]


def test_report_is_exported_without_formulas(admin_client, site):
    log_search(site, "=1+1", 2)
    response = admin_client.get(f"{REPORT}?export=csv")
    lines = b"".join(response.streaming_content).decode().split("\r\n")
    assert lines[:2] == ["Query,Searches,Results,Site", "'=1+1,1,2,localhost"]
    response = admin_client.get(f"{REPORT}?export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")


def test_report_needs_a_permission(editor, site):
    log_search(site, "tram", 0)
    client = editor("view_searched")
    page = html(client.get(REPORT))
    assert "tram" in page
    assert "Add synonyms" not in page
    assert REPORT in html(client.get("/admin/"))


def test_groups_can_have_the_permissions(admin_client):
    page = html(admin_client.get(reverse("wagtailusers_groups:add")))
    ids = Permission.objects.filter(
        content_type__app_label="digest_search",
        codename__in=["view_searched", "add_synonyms", "change_synonyms", "delete_synonyms"],
    )
    assert all(f'value="{permission.pk}"' in page for permission in ids)


def test_report_links_to_synonyms_of_the_query(admin_client, site):
    log_search(site, 'wind & "power"', 0)
    url = f"{ADD}?terms=wind+%26+%22power%22"
    assert url in html(admin_client.get(REPORT))
    assert 'value="wind &amp; &quot;power&quot;"' in html(admin_client.get(url))


def test_report_links_to_a_promotion_of_the_query(admin_client, site, digest):
    issue = make_issue(digest)
    log_search(site, "heat pump", 0)
    assert "/admin/search-promote/?query=heat+pump" in html(admin_client.get(REPORT))
    page = html(admin_client.get("/admin/search-promote/?query=heat+pump"))
    assert 'value="heat pump"' in page
    assert f'action="{reverse("wagtailsearchpromotions:add")}"' in page
    assert not Query.objects.exists()
    form = {"query_string": "heat pump", "editors_picks-0-page": issue.pk}
    form |= {f"editors_picks-{name}_FORMS": 0 for name in ("INITIAL", "MIN_NUM")}
    form |= {"editors_picks-TOTAL_FORMS": 1, "editors_picks-MAX_NUM_FORMS": 1000}
    admin_client.post(reverse("wagtailsearchpromotions:add"), form)
    assert SearchPromotion.objects.get().page_id == issue.pk


def test_promotions_need_a_permission(editor):
    assert editor().get("/admin/search-promote/?query=x").status_code == 302


@pytest.fixture
def report_names(rf, admin_user):
    """Return the names of the reports that a superuser sees."""

    def names():
        request = rf.get("/admin/")
        request.user = admin_user
        return {item.name for item in reports_menu.menu_items_for_request(request)}

    return names


def test_wagtails_report_is_hidden_while_empty(report_names):
    assert "searches" in report_names()
    assert "search-terms" not in report_names()
    Query.get("tram").add_hit()
    assert {"searches", "search-terms"} <= report_names()
