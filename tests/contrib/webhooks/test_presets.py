"""What deploy hooks and GitHub are sent, and what may be entered for them."""

import json

import pytest
from django.core.exceptions import ValidationError

from digest.contrib.webhooks.models import WebhookDelivery
from digest.contrib.webhooks.presets import PRESETS, github
from tests.contrib.webhooks.builders import make_delivery, make_endpoint, make_event
from tests.contrib.webhooks.sending import attempt, endpoint_at, requests_to

TOKEN = "not-a-real-token"
DISPATCHES = "https://api.github.com/repos/ada/site/dispatches"
pytestmark = pytest.mark.django_db


@pytest.fixture
def token(settings):
    settings.DIGEST_WEBHOOK_GITHUB_TOKEN = TOKEN


@pytest.fixture
def at_receiver(receiver, monkeypatch, token):
    """Return a function that creates a webhook for a repository whose API is a receiver."""

    def make(status):
        monkeypatch.setattr(github, "API_ROOT", receiver.url(f"/statuses/{status}"))
        url = PRESETS["github"].clean_url("ada/site")
        return make_endpoint(preset="github", url=url)

    return make


@pytest.mark.parametrize("name", ["deploy", "github"])
def test_builds_wait_for_later_events_and_are_told_of_content_only(name):
    preset = PRESETS[name]
    assert (preset.wait.total_seconds(), preset.longest_wait.total_seconds()) == (60, 300)
    assert preset.events == ("content.changed",)


def test_deploy_hook_is_sent_an_empty_object(receiver):
    endpoint = endpoint_at(receiver, "/statuses/201", preset="deploy")
    assert attempt(make_delivery(endpoint)).state == WebhookDelivery.State.SENT
    [request] = requests_to(receiver, endpoint)
    assert (request["body"], request["headers"]["Content-Type"]) == ("{}", "application/json")
    assert not [name for name in request["headers"] if name.lower().startswith("webhook-")]


def test_deploy_hook_that_is_gone_is_explained(receiver):
    found = attempt(make_delivery(endpoint_at(receiver, "/statuses/404", preset="deploy")))
    assert "Create another one" in found.attempts[-1]["error"]
    assert PRESETS["deploy"].explain(500) == ""


def test_deploy_hook_has_to_be_https():
    assert (
        PRESETS["deploy"].clean_url(" https://api.example/hook/1 ") == "https://api.example/hook/1"
    )
    with pytest.raises(ValidationError):
        PRESETS["deploy"].clean_url("http://api.example/hook/1")


@pytest.mark.parametrize("type", ["content.changed", "webhook.ping"])
def test_repository_is_sent_a_dispatch(at_receiver, receiver, type):
    endpoint = at_receiver(204)
    delivery = make_delivery(endpoint, make_event(type, sequence=1812))
    assert attempt(delivery).state == WebhookDelivery.State.SENT
    request = requests_to(receiver, endpoint)[-1]
    assert request["path"].endswith("/repos/ada/site/dispatches")
    assert json.loads(request["body"]) == {
        "event_type": type,
        "client_payload": {"sequence": 1812},
    }
    headers = request["headers"]
    assert headers["Accept"] == "application/vnd.github+json"
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["X-GitHub-Api-Version"] == github.API_VERSION


@pytest.mark.parametrize(
    ("status", "text"),
    [(401, "expired"), (403, "may not"), (404, "Contents: Read and write"), (422, "too many")],
)
def test_refusal_of_github_is_explained(at_receiver, status, text):
    found = attempt(make_delivery(at_receiver(status)))
    assert found.state == WebhookDelivery.State.WAITING
    assert text in found.attempts[-1]["error"]
    assert TOKEN not in str(found.attempts)


@pytest.mark.parametrize(
    "path",
    [
        "/repos/ada/site/dispatches",
        "/statuses/204/repos/ada/../../x/dispatches",
        "/statuses/204/repos/ada/site/dispatches?to=1",
        "/statuses/204/repos/ada/site/hooks",
        "/statuses/204@other.example/repos/ada/site/dispatches",
    ],
)
def test_token_is_sent_to_dispatches_of_github_only(at_receiver, receiver, path):
    endpoint = at_receiver(204)
    endpoint.url = receiver.url(path)
    endpoint.save()
    count = len(receiver.requests)
    found = attempt(make_delivery(endpoint))
    assert (found.attempts[-1]["status"], len(receiver.requests)) == (None, count)


def test_nothing_is_sent_to_github_without_a_token(at_receiver, receiver, settings):
    endpoint = at_receiver(204)
    settings.DIGEST_WEBHOOK_GITHUB_TOKEN = None
    count = len(receiver.requests)
    found = attempt(make_delivery(endpoint))
    assert "DIGEST_WEBHOOK_GITHUB_TOKEN" in found.attempts[-1]["error"]
    assert len(receiver.requests) == count


@pytest.mark.parametrize(
    "entered",
    [
        "ada/site",
        " ada/site ",
        "https://github.com/ada/site",
        "https://github.com/ada/site/",
        "https://github.com/ada/site.git",
    ],
)
def test_repository_is_stored_as_the_url_of_its_dispatches(token, entered):
    assert PRESETS["github"].clean_url(entered) == DISPATCHES


@pytest.mark.parametrize(
    "entered",
    [
        "",
        "site",
        "ada/site/tree/main",
        "ada/..",
        "ada/.",
        "../site",
        "ada/si te",
        "ada/site?x=1",
        "ada/site#x",
        "ada/site\n/x",
        "ada/s\u00efte",
        "https://gitlab.com/ada/site",
        "https://github.com.evil.example/ada/site",
        "http://github.com/ada/site",
    ],
)
def test_what_is_no_repository_is_rejected(token, entered):
    with pytest.raises(ValidationError, match="owner/name"):
        PRESETS["github"].clean_url(entered)


def test_repository_without_a_token_names_the_setting():
    with pytest.raises(ValidationError, match="DIGEST_WEBHOOK_GITHUB_TOKEN"):
        PRESETS["github"].clean_url("ada/site")
