"""Keys in the admin: making, showing once, listing, revoking, and the warning of their expiry."""

import re
import sys
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.signals import got_request_exception
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter
from wagtail.models import ModelLogEntry

from digest.contrib.submissions.models import CREATE_KEY, REVOKE_KEY, ApiKey
from tests.admin.helpers import make_user
from tests.builders import make_digest

WRITERS, EDITORS = "Digest writers", "Digest editors"
LIST, NEW = "/admin/digest-keys/", "/admin/digest-keys/new/"


def form(*digests, **fields):
    day = timezone.localdate() + timedelta(days=30)
    data = {"name": "A script", "digests": [digest.pk for digest in digests], "uses_ai": "on"}
    data["level"] = "draft"
    return data | {"expires_on": f"{day:%Y-%m-%d}"} | fields


def revoke_url(row):
    return reverse("digest_submissions_keys:revoke", args=[row.pk])


def html(response):
    assert response.status_code == 200
    return response.content.decode()


def errors(response):
    return list(response.context["form"].errors)


def test_editor_makes_a_key_for_themselves(log_in, client, digest):
    user = log_in(EDITORS)
    response = client.post(NEW, form(digest))
    page, row = html(response), ApiKey.objects.get()
    assert (row.name, row.user, row.created_by, row.uses_ai) == ("A script", user, user, True)
    assert list(row.digests.all()) == [digest]
    key = response.context["key"]
    assert ApiKey.objects.matching(key).get() == row
    assert page.count(key) == 1
    assert "no-store" in response["Cache-Control"]


def test_command_beside_the_key_is_the_first_example(log_in, client, digest, site):
    log_in(EDITORS)
    response = client.post(NEW, form(digest))
    assert response.context["command"] == (
        f'curl "{site.root_url}/api/v1/submissions/?digest=daily&preview=true" '
        '-H "Authorization: Bearer $DIGEST_KEY" -H "Content-Type: text/markdown" '
        '-H "Idempotency-Key: $(date +%s)-$$" --data-binary @issue.md'
    )


def test_command_beside_a_key_that_publishes_does_so(log_in, client, digest):
    log_in(EDITORS)
    response = client.post(NEW, form(digest, level="publish"))
    assert "?digest=daily&action=publish" in response.context["command"]
    assert "this publishes an issue that no person has read" in html(response)
    assert "this saves a draft" in html(client.post(NEW, form(digest, name="Another")))


def test_list_says_which_keys_write_with_ai(admin_client, api_key):
    for uses_ai, word in [(True, "Yes"), (False, "No")]:
        ApiKey.objects.update(uses_ai=uses_ai)
        page = " ".join(html(admin_client.get(LIST)).split())
        assert f"> {word} </td>" in page


def test_key_is_shown_only_once(log_in, client, digest):
    log_in(EDITORS)
    data = form(digest)
    key = client.post(NEW, data).context["key"]
    again = client.post(NEW, data)
    assert errors(again) == ["name"]
    for response in (again, client.get(NEW), client.get(LIST), client.get(f"{LIST}results/")):
        assert key not in html(response)
    assert ApiKey.objects.count() == 1


def test_key_works_to_the_end_of_its_last_day(log_in, client, digest):
    log_in(EDITORS)
    day = timezone.localdate() + timedelta(days=5)
    client.post(NEW, form(digest, expires_on=f"{day:%Y-%m-%d}"))
    end = timezone.localtime(ApiKey.objects.get().expires_at)
    assert (end.date(), end.hour, end.minute) == (day, 23, 59)


@pytest.mark.parametrize(
    ("days", "is_allowed"), [(-1, False), (0, True), (366, True), (367, False)]
)
def test_key_expires_within_366_days(log_in, client, digest, days, is_allowed):
    log_in(EDITORS)
    day = timezone.localdate() + timedelta(days=days)
    response = client.post(NEW, form(digest, expires_on=f"{day:%Y-%m-%d}"))
    assert ApiKey.objects.exists() == is_allowed
    if is_allowed:
        assert ApiKey.objects.get().expires_at <= timezone.now() + timedelta(days=366)
    else:
        assert errors(response) == ["expires_on"]


def test_form_starts_with_ninety_days_and_ai(log_in, client):
    log_in(EDITORS)
    fields = client.get(NEW).context["form"].fields
    assert fields["expires_on"].initial == timezone.localdate() + timedelta(days=90)
    assert fields["uses_ai"].initial is True


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("name", ""), ("digests", []), ("expires_on", ""), ("expires_on", "soon")),
        *(("level", ""), ("level", "admin")),
    ],
)
def test_invalid_form_makes_no_key(log_in, client, digest, name, value):
    log_in(EDITORS)
    assert errors(client.post(NEW, form(digest, **{name: value}))) == [name]
    assert not ApiKey.objects.exists()


def test_key_publishes_only_if_that_is_chosen(log_in, client, digest):
    log_in(EDITORS)
    assert client.get(NEW).context["form"].fields["level"].initial == "draft"
    client.post(NEW, form(digest))
    client.post(NEW, form(digest, name="Another", level="publish"))
    levels = dict(ApiKey.objects.values_list("name", "level"))
    assert levels == {"A script": "draft", "Another": "publish"}
    assert "Drafts and publishing" in html(client.get(LIST))


def test_user_of_a_key_that_publishes_may_publish(admin_client, digest, curator):
    response = admin_client.post(NEW, form(digest, user=curator.pk, level="publish"))
    errors = response.context["form"].errors
    assert errors == {"level": ["curator may not publish issues of Daily."]}
    assert not ApiKey.objects.exists()


def test_editor_chooses_among_digests_to_which_they_may_add(log_in, client, digest, home_page):
    log_in(EDITORS)
    other = make_digest(home_page, "other")
    assert list(client.get(NEW).context["form"].fields["digests"].queryset) == [digest]
    assert errors(client.post(NEW, form(digest, other))) == ["digests"]


def test_editor_cannot_make_a_key_for_another_user(log_in, client, digest, curator):
    user = log_in(EDITORS)
    assert "user" not in client.get(NEW).context["form"].fields
    client.post(NEW, form(digest, user=curator.pk))
    assert ApiKey.objects.get().user == user


def test_superuser_makes_a_key_for_anybody(admin_client, admin_user, digest, curator):
    admin_client.post(NEW, form(digest, user=curator.pk))
    row = ApiKey.objects.get()
    assert (row.user, row.created_by) == (curator, admin_user)


def test_digests_must_be_those_of_the_chosen_user(admin_client, digest, curator, home_page):
    other = make_digest(home_page, "other")
    response = admin_client.post(NEW, form(digest, other, user=curator.pk))
    assert response.context["form"].errors == {"digests": ["curator may not add issues to Other."]}
    assert not ApiKey.objects.exists()


def test_inactive_user_is_not_offered(admin_client, digest, curator):
    curator.is_active = False
    curator.save()
    assert errors(admin_client.post(NEW, form(digest, user=curator.pk))) == ["user"]


def test_user_needs_the_permission(log_in, client, api_key):
    row, _key = api_key
    log_in(WRITERS)
    for url in (LIST, f"{LIST}results/", NEW, revoke_url(row)):
        assert client.get(url).status_code in (302, 404)
        assert client.post(url).status_code in (302, 404, 405)
    assert "Digest keys" not in client.get("/admin/").content.decode()
    assert ApiKey.objects.usable().exists()


def test_permission_alone_is_enough(client, digest):
    user = make_user("keyholder", digest, "add")
    user.groups.get().permissions.add(Permission.objects.get(codename="add_apikey"))
    client.force_login(user)
    html(client.post(NEW, form(digest)))
    assert ApiKey.objects.get().user == user


def test_keys_of_others_do_not_exist(log_in, client, api_key):
    row, _key = api_key
    log_in(EDITORS)
    assert row.name not in html(client.get(LIST))
    assert client.get(revoke_url(row)).status_code == 404
    assert client.post(revoke_url(row)).status_code == 404
    assert ApiKey.objects.usable().exists()


def test_superuser_sees_and_revokes_all_keys(admin_client, api_key):
    row, _key = api_key
    page = html(admin_client.get(LIST))
    for text in (row.name, f"{row.prefix}…", "curator", "Daily", "Valid", "Never"):
        assert text in page
    admin_client.post(revoke_url(row))
    assert "Revoked" in html(admin_client.get(LIST))
    assert revoke_url(row) not in html(admin_client.get(LIST))


def test_key_is_revoked_on_post_only(log_in, client, digest):
    user = log_in(EDITORS)
    row, _key = ApiKey.make("Own", user, [digest])
    assert "Yes, revoke it" in html(client.get(revoke_url(row)))
    assert ApiKey.objects.usable().exists()
    assert client.post(revoke_url(row)).url == LIST
    assert not ApiKey.objects.usable().exists()


def test_actions_are_logged_with_the_user(log_in, client, digest):
    user = log_in(EDITORS)
    key = client.post(NEW, form(digest)).context["key"]
    client.post(revoke_url(ApiKey.objects.get()))
    entries = ModelLogEntry.objects.for_instance(ApiKey.objects.get()).order_by("pk")
    assert [(row.action, row.user) for row in entries] == [(CREATE_KEY, user), (REVOKE_KEY, user)]
    assert key not in str(list(entries.values()))


@pytest.mark.parametrize("state", ["valid", "expired", "revoked"])
def test_list_is_filtered_by_state(admin_client, curator, digest, state):
    for name in ("valid", "expired", "revoked"):
        ApiKey.make(f"Key-{name}", curator, [digest])
    ApiKey.objects.filter(name="Key-expired").update(expires_at=timezone.now())
    ApiKey.objects.get(name="Key-revoked").revoke()
    page = html(admin_client.get(f"{LIST}?state={state}"))
    assert [name for name in ("valid", "expired", "revoked") if f"Key-{name}" in page] == [state]


def test_empty_list_says_what_a_key_is_for(log_in, client):
    log_in(EDITORS)
    assert "There is no digest key yet." in html(client.get(LIST))


def test_number_of_queries_does_not_depend_on_keys(admin_client, curator, digest):
    def count(url):
        with CaptureQueriesContext(connection) as queries:
            html(admin_client.get(url))
        return len(queries)

    ApiKey.make("First", curator, [digest], timezone.now() + timedelta(days=3))
    few = [count(LIST), count("/admin/")]
    for number in range(6):
        ApiKey.make(f"Key {number}", curator, [digest], timezone.now() + timedelta(days=3))
    assert [count(LIST), count("/admin/")] == few


# The warning


def warning(client):
    return 'id="digest-expiring-keys"' in client.get("/admin/").content.decode()


@pytest.mark.parametrize(("days", "is_shown"), [(-1, False), (1, True), (13, True), (15, False)])
def test_user_is_warned_two_weeks_before_a_key_expires(log_in, client, digest, days, is_shown):
    user = log_in(EDITORS)
    row, _key = ApiKey.make("Own", user, [digest], timezone.now() + timedelta(days=days))
    assert warning(client) == is_shown
    row.revoke()
    assert not warning(client)


def test_only_the_user_and_superusers_are_warned(log_in, client, admin_user, curator, digest):
    ApiKey.make("Own", curator, [digest], timezone.now() + timedelta(days=3))
    log_in(EDITORS)
    assert not warning(client)
    client.force_login(curator)  # has no permission for keys
    assert not warning(client)
    client.force_login(admin_user)
    assert warning(client)


def test_history_of_the_site_has_no_names(log_in, client, api_key):
    row, _key = api_key
    log_in(EDITORS)
    page = html(client.get("/admin/reports/site-history/"))
    assert f"API key {row.pk}" in page
    assert row.name not in page
    assert row.prefix not in page


def test_new_key_stays_out_of_reports_of_template_errors(log_in, client, digest, monkeypatch):
    reports = []

    def report(request, **kwargs):
        reports.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_html())

    monkeypatch.setattr("django.template.loader_tags.IncludeNode.render", lambda *_: 1 / 0)
    log_in(EDITORS)
    got_request_exception.connect(report, dispatch_uid="report")
    with pytest.raises(ZeroDivisionError):
        client.post(NEW, form(digest))
    got_request_exception.disconnect(dispatch_uid="report")
    assert "ZeroDivisionError" in reports[0]
    assert not re.search(r"digest_[0-9A-Za-z]{33}", reports[0])
