"""The OpenAPI document describes each webhook as it is sent."""

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from digest.api.documentation import build_schema
from digest.contrib.changes.models import FeedState
from digest.contrib.webhooks import events
from digest.contrib.webhooks.api.schema import component_name
from digest.contrib.webhooks.models import WebhookEndpoint, WebhookEvent
from tests.builders import make_issue
from tests.contract.responses import validator
from tests.contrib.changes.feed import relay

TYPES = WebhookEvent.Type.values
pytestmark = pytest.mark.django_db


def reference(name):
    return {"$ref": f"#/components/schemas/{name}"}


def check(event):
    """Validate a stored event against its own component and against the union of all."""
    validator(reference(component_name(event.type))).validate(event.data)
    validator(reference("WebhookEvent")).validate(event.data)


def events_of(*changes):
    """Return the events of changes to the pages, which are relayed after each."""
    relay()
    for change in changes:
        change()
        relay()
    return list(WebhookEvent.objects.order_by("sequence", "type"))


def test_document_with_webhooks_is_valid():
    assert list(build_schema()["webhooks"]) == TYPES
    OpenAPIV31SpecValidator(build_schema()).validate()


@pytest.mark.parametrize("type", TYPES)
def test_webhook_is_a_post_of_its_event_with_three_headers(type):
    operation = build_schema()["webhooks"][type]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body == reference(component_name(type))
    names = [header["name"] for header in operation["parameters"] if header["required"]]
    assert names == ["webhook-id", "webhook-timestamp", "webhook-signature"]
    assert {"2XX", "410"} <= set(operation["responses"])


@pytest.mark.parametrize("type", TYPES)
def test_type_of_an_event_selects_its_component(type):
    components = build_schema()["components"]["schemas"]
    assert components[component_name(type)]["properties"]["type"]["const"] == type
    union = components["WebhookEvent"]
    assert union["discriminator"]["mapping"][type] == reference(component_name(type))["$ref"]
    others = {name for name in TYPES if name != type}
    example = components[component_name(type)]["examples"][0]
    assert all(not is_valid(example, component_name(other)) for other in others)


def is_valid(value, name):
    schema = reference(name) | {"components": build_schema()["components"]}
    return Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize("page", ["issue", "digest"])
def test_stored_events_of_a_page_are_valid(page, home_page, digest):
    issue = make_issue(digest, 14)
    target = {"issue": issue, "digest": digest}[page]

    def move():
        target.refresh_from_db()
        target.slug = "moved"
        target.save_revision().publish()

    def republish():
        target.refresh_from_db()
        target.save_revision().publish()

    found = events_of(target.unpublish, republish, move, target.delete)
    assert {event.type for event in found} >= {
        f"{page}.{verb}" for verb in ("unpublished", "published", "updated", "deleted")
    }
    for event in found:
        check(event)


def test_stored_events_without_a_page_are_valid(digest):
    endpoint = WebhookEndpoint.objects.create(name="R", preset="standard", url="https://a.example/")
    check(events.send_test(endpoint).event)
    relay()
    check(events.send_test(endpoint).event)
    assert FeedState.objects.get().sequence
    events.store_events(FeedState.objects.get(), [], [], True)
    check(WebhookEvent.objects.get(type="content.changed"))


def test_data_with_a_title_is_not_valid():
    component = build_schema()["components"]["schemas"]["IssuePublishedEvent"]
    example = component["examples"][0]
    validator(reference("IssuePublishedEvent")).validate(example)
    titled = example | {"data": example["data"] | {"title": "A title"}}
    assert list(validator(reference("IssuePublishedEvent")).iter_errors(titled))
