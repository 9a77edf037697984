"""Webhooks in the admin: the list, how one is made, edited and deleted, permissions, the banner."""

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
from wagtail.models import ModelLogEntry, Site

from digest.contrib.webhooks.admin.home import add_disabled_webhooks
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from digest.contrib.webhooks.presets import PRESETS, StandardPreset
from tests.admin.helpers import make_user
from tests.contrib.webhooks.builders import make_delivery, make_endpoint

pytestmark = pytest.mark.django_db

LIST, CHOICE, NEW = (f"/admin/digest-webhooks/{path}" for path in ("", "new/", "new/standard/"))
HOST = "127.0.0.1:9"
PATH = "a-path-that-is-a-credential"
URL = f"http://{HOST}/{PATH}"
Type = WebhookEvent.Type
ACTIONS = ("add", "change", "delete", "view")


@pytest.fixture(autouse=True)
def permitted(settings):
    settings.DIGEST_HTTP_ALLOWED_HOSTS = [HOST]


def url_of(name, row):
    return reverse(f"digest_webhooks:{name}", args=[row.pk])


def form(**fields):
    return {"name": "A receiver", "url": URL, "events": [Type.ISSUE_PUBLISHED]} | fields


def html(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def errors(response):
    return response.context["form"].errors


def log_in_with(client, *actions):
    """Log in a user with these permissions on webhooks only."""
    user = make_user("somebody")
    codenames = [f"{action}_webhookendpoint" for action in actions]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


def logged():
    return list(ModelLogEntry.objects.order_by("pk").values_list("action", flat=True))


# The list


def test_list_shows_what_a_webhook_is_for_and_its_state(admin_client):
    now = timezone.now()
    endpoint = make_endpoint(url=URL, last_success_at=now - timedelta(days=1))
    for state in ("waiting", "sending", "sent"):
        make_delivery(endpoint, state=state)
    page = html(admin_client.get(LIST))
    assert "Any receiver (Standard Webhooks)" in page
    assert f"http://{HOST}/…" in page
    assert "Active" in page
    assert admin_client.get(LIST).context["object_list"][0].number_waiting == 2


@pytest.mark.parametrize(
    ("fields", "state", "reason"),
    [
        ({"failing_since": timezone.now()}, "Failing", "Since"),
        ({"is_active": False, "disabled_reason": "paused"}, "Paused", ""),
        (
            {"is_active": False, "disabled_reason": "gone"},
            "Disabled",
            "The receiver has responded with 410 Gone",
        ),
        (
            {"is_active": False, "disabled_reason": "failing"},
            "Disabled",
            "Every delivery of three days has failed",
        ),
    ],
)
def test_list_says_what_is_wrong(admin_client, fields, state, reason):
    make_endpoint(**fields)
    page = html(admin_client.get(LIST))
    assert f"> {state} <" in page
    assert reason in page


def test_list_takes_as_many_queries_for_many(admin_client):
    numbers = []
    for _number in range(2):
        for _endpoint in range(3):
            make_delivery(make_endpoint())
        admin_client.get(LIST)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            admin_client.get(LIST)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_empty_list_says_what_webhooks_are_for(admin_client):
    assert "sends a request to another server" in html(admin_client.get(LIST))


# A new one


def test_choice_leads_to_a_form_for_each_preset(admin_client):
    page = html(admin_client.get(CHOICE))
    for preset in PRESETS.values():
        assert str(preset.label) in page
        assert reverse("digest_webhooks:add_preset", args=[preset.name]) in page


def test_unknown_preset_is_not_found(admin_client):
    assert admin_client.get(f"{CHOICE}nobody/").status_code == 404


def test_form_starts_with_the_events_of_issues(admin_client):
    chosen = admin_client.get(NEW).context["form"]["events"].value()
    assert chosen == [name for name in Type.values if name.startswith("issue.")]


def test_webhook_is_made(admin_client, admin_user):
    response = admin_client.post(NEW, form())
    row = WebhookEndpoint.objects.get()
    assert response.url == url_of("inspect", row)
    assert (row.name, row.url, row.preset) == ("A receiver", URL, "standard")
    assert (row.events, row.site, row.created_by) == (["issue.published"], None, admin_user)


def test_secret_is_shown_once_after_it_is_made(admin_client):
    response = admin_client.post(NEW, form(), follow=True)
    secret = WebhookEndpoint.objects.get().secret
    assert html(response).count(secret) == 1
    assert "Be told of changes" in html(response)
    assert "no-store" in response["Cache-Control"]
    [(url, _status)] = response.redirect_chain
    assert secret not in html(admin_client.get(url))


class DeployPreset(StandardPreset):
    name, is_signed, events = "test", False, (Type.CONTENT_CHANGED,)


@pytest.fixture
def unsigned(monkeypatch):
    monkeypatch.setitem(PRESETS, "test", DeployPreset())


def test_preset_with_one_event_has_no_choice_and_no_secret(admin_client, unsigned):
    url = f"{CHOICE}test/"
    assert "events" not in admin_client.get(url).context["form"].fields
    response = admin_client.post(url, form(), follow=True)
    row = WebhookEndpoint.objects.get()
    assert row.events == ["content.changed"]
    assert row.secret not in html(response)
    assert "secret" not in html(response)
    assert admin_client.post(url_of("rotate", row)).status_code == 404


def test_site_can_be_chosen_if_there_are_several(admin_client, site):
    assert "site" not in admin_client.get(NEW).context["form"].fields
    other = Site.objects.create(hostname="other.example", root_page=site.root_page)
    assert "site" in admin_client.get(NEW).context["form"].fields
    admin_client.post(NEW, form(site=other.pk))
    assert WebhookEndpoint.objects.get().site == other


@pytest.mark.parametrize("fields", [{"name": ""}, {"events": []}, {"events": ["webhook.ping"]}])
def test_incomplete_form_is_rejected(admin_client, fields):
    assert list(errors(admin_client.post(NEW, form(**fields)))) == list(fields)
    assert not WebhookEndpoint.objects.exists()


BAD_URLS = [
    "",
    "receiver",
    "ftp://127.0.0.1:9/",
    "http://example.com/",
    "http://127.0.0.1:9/a b",
    "http://127.0.0.1:9/a\x7fb",
    "http://127.0.0.1:9\\@example.com/",
    f"http://127.0.0.1:9/{'a' * 2048}",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://user:password@example.com/",
    "https://example.com:22/",
    "https://nowhere.invalid/",
]


@pytest.mark.parametrize("url", BAD_URLS, ids=lambda url: ascii(url)[1:30])
def test_bad_url_is_an_error_at_the_field(admin_client, url):
    response = admin_client.post(NEW, form(url=url))
    assert list(errors(response)) == ["url"]
    assert not WebhookEndpoint.objects.exists()


# Editing and deleting


def test_form_of_a_webhook_keeps_the_url_unless_another_is_entered(admin_client):
    row = make_endpoint(url=URL)
    url = url_of("edit", row)
    assert f"http://{HOST}/… stays" in html(admin_client.get(url))
    response = admin_client.post(url, form(name="Another", url=""))
    assert response.url == url_of("inspect", row)
    row.refresh_from_db()
    assert (row.name, row.url) == ("Another", URL)
    admin_client.post(url, form(url=f"{URL}/other"))
    row.refresh_from_db()
    assert row.url == f"{URL}/other"


def test_webhook_of_a_newer_version_is_shown_and_edited(admin_client):
    events = ["issue.published", "issue.whistled"]
    row = make_endpoint()
    WebhookEndpoint.objects.update(preset="pigeon", events=events)
    assert "pigeon (unknown)" in html(admin_client.get(LIST))
    page = html(admin_client.get(url_of("inspect", row)))
    assert "Issue published, issue.whistled" in page
    assert "issue.whistled" in html(admin_client.get(url_of("edit", row)))
    refused = admin_client.post(url_of("edit", row), form(events=events))
    assert "does not know the receiver “pigeon”" in errors(refused)["url"][0]
    admin_client.post(url_of("edit", row), form(name="Renamed", url="", events=events))
    row.refresh_from_db()
    assert (row.name, row.preset, row.events) == ("Renamed", "pigeon", events)


def test_editing_keeps_preset_creator_and_secret(admin_client):
    row = make_endpoint(url=URL, created_by=make_user("other"))
    before = (row.preset, row.created_by, row.nonce, row.is_active)
    admin_client.post(url_of("edit", row), form(url="", preset="other", nonce="x"))
    row.refresh_from_db()
    assert (row.preset, row.created_by, row.nonce, row.is_active) == before


def test_no_page_of_the_admin_has_the_path_of_the_url(admin_client):
    admin_client.post(NEW, form())
    row = WebhookEndpoint.objects.get()
    admin_client.post(url_of("edit", row), form())
    pages = [LIST, f"{LIST}results/", "/admin/", "/admin/reports/site-history/"]
    pages += [url_of(name, row) for name in ("inspect", "edit", "delete", "history", "rotate")]
    for page in pages:
        assert PATH not in html(admin_client.get(page)), page
    assert PATH not in str(list(ModelLogEntry.objects.values()))


def test_webhook_is_deleted_after_a_question(admin_client):
    row = make_delivery().endpoint
    assert admin_client.get(url_of("delete", row)).status_code == 200
    assert WebhookEndpoint.objects.exists()
    admin_client.post(url_of("delete", row))
    assert not WebhookEndpoint.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_making_editing_and_deleting_are_logged(admin_client):
    admin_client.post(NEW, form())
    row = WebhookEndpoint.objects.get()
    admin_client.post(url_of("edit", row), form(url=""))
    admin_client.post(url_of("delete", row))
    assert logged() == ["wagtail.create", "wagtail.edit", "wagtail.delete"]


def test_error_report_has_neither_the_url_nor_the_secret(admin_client, monkeypatch):
    reports = []

    def report(sender, request, **kwargs):
        reports.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_html())

    def fail(form, commit=True):
        secret = form.instance.secret  # a local variable, as error reports show them
        raise RuntimeError(len(secret))

    monkeypatch.setattr("digest.contrib.webhooks.admin.forms.EndpointForm.save", fail)
    got_request_exception.connect(report)
    admin_client.raise_request_exception = False
    assert admin_client.post(NEW, form()).status_code == 500
    assert "RuntimeError" in reports[0]
    assert PATH not in reports[0]
    assert "whsec_" not in reports[0]


# Permissions


@pytest.mark.parametrize("action", ACTIONS)
def test_each_permission_permits_its_views(client, action):
    row = make_endpoint()
    log_in_with(client, action)
    urls = {"add": NEW, "change": url_of("edit", row), "delete": url_of("delete", row)}
    allowed = [name for name, url in urls.items() if client.get(url).status_code == 200]
    assert allowed == [name for name in urls if name == action]
    assert client.get(LIST).status_code == 200


def test_editor_without_permission_sees_no_webhook(client):
    row = make_endpoint()
    log_in_with(client)
    for url in (LIST, CHOICE, NEW, *(url_of(name, row) for name in ("inspect", "edit", "rotate"))):
        assert client.get(url).status_code == 302, url
    assert "digest-webhooks" not in html(client.get("/admin/"))


def test_groups_can_be_given_the_permissions(admin_client):
    page = html(admin_client.get("/admin/groups/new/"))
    for action in ACTIONS:
        permission = Permission.objects.get(codename=f"{action}_webhookendpoint")
        assert f'value="{permission.pk}"' in page


# The banner


def disabled(reason, **fields):
    return make_endpoint(is_active=False, disabled_reason=reason, **fields)


def test_front_page_warns_of_disabled_webhooks(admin_client):
    rows = [disabled(reason, name=f"Frontend {reason}") for reason in ("gone", "failing")]
    page = html(admin_client.get("/admin/"))
    for row in rows:
        assert f"The webhook {row.name} is disabled" in page
        assert url_of("inspect", row) in page


def test_front_page_does_not_warn_of_others(admin_client):
    disabled("paused")
    make_endpoint(failing_since=timezone.now())
    assert "digest-disabled-webhooks" not in html(admin_client.get("/admin/"))


def test_only_those_who_may_change_webhooks_are_warned(client, rf):
    disabled("gone")
    request = rf.get("/admin/")
    request.user = log_in_with(client, "view", "add", "delete")
    panels = []
    add_disabled_webhooks(request, panels)
    assert panels == []
