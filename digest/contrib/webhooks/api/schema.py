"""JSON Schema of the bodies that the preset "standard" sends, and the requests around them.

Each type of event is a component whose ``type`` has one value, so that generated clients tell them
apart by it. ``WebhookEvent`` is their union.
"""

from typing import Any

from digest.contrib.webhooks.api.examples import example_of
from digest.contrib.webhooks.models import WebhookEvent

Type = WebhookEvent.Type
Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
ID: Schema = {"type": "integer", "minimum": 1}
URL: Schema = {"type": "string", "format": "uri"}
NULL: Schema = {"type": "null"}
OPTIONAL_URL: Schema = {"type": ["string", "null"], "format": "uri"}
OPTIONAL_STRING: Schema = {"type": ["string", "null"]}

DESCRIPTIONS = {
    Type.ISSUE_PUBLISHED: "An issue is public that was not.",
    Type.ISSUE_UPDATED: "The API's response or the URL of a public issue has changed.",
    Type.ISSUE_UNPUBLISHED: "An issue is not public any more.",
    Type.ISSUE_DELETED: "A public issue was deleted.",
    Type.DIGEST_PUBLISHED: "A digest is public that was not.",
    Type.DIGEST_UPDATED: "The API's response or the URL of a public digest has changed.",
    Type.DIGEST_UNPUBLISHED: "A digest is not public any more.",
    Type.DIGEST_DELETED: "A public digest was deleted.",
    Type.CONTENT_CHANGED: "Something that readers can see has changed, on any site.",
    Type.PING: "A test that was sent from the admin.",
}
HEADERS = {
    "webhook-id": "The same in each attempt, so that receivers can ignore repetitions.",
    "webhook-timestamp": "The time of the attempt, in seconds since 1970.",
    "webhook-signature": "`v1,` and the signature, one for each valid secret, separated by spaces.",
}
RESPONSES = {
    "2XX": {"description": "The event was received."},
    "410": {"description": "The receiver is gone: the webhook is disabled."},
    "default": {"description": "Any other status is a failure; the event is sent again later."},
}


def component_name(event_type: str) -> str:
    """Return the name of an event's component: ``IssuePublishedEvent`` of "issue.published"."""
    return "".join(part.title() for part in event_type.split(".")) + "Event"


def event_schemas() -> dict[str, Schema]:
    """Return the components: one for each type of event, and their union."""
    references = {
        event_type: f"#/components/schemas/{component_name(event_type)}"
        for event_type in Type.values
    }
    union = {
        "description": "The body of a webhook, by its type.",
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "type", "mapping": references},
    }
    events = {component_name(event_type): _event(event_type) for event_type in Type.values}
    return {"WebhookEvent": union} | events


def webhooks() -> dict[str, Schema]:
    """Return the ``webhooks`` of the document, by type of event."""
    return {event_type: {"post": _operation(event_type)} for event_type in Type.values}


def _operation(event_type: str) -> Schema:
    parameters = [
        {"name": name, "in": "header", "required": True, "description": text, "schema": STRING}
        for name, text in HEADERS.items()
    ]
    reference = {"$ref": f"#/components/schemas/{component_name(event_type)}"}
    return {
        "operationId": "receive" + component_name(event_type).removesuffix("Event"),
        "summary": DESCRIPTIONS[Type(event_type)],
        "description": DESCRIPTIONS[Type(event_type)],
        "tags": ["webhooks"],
        "parameters": parameters,
        "requestBody": {"required": True, "content": {"application/json": {"schema": reference}}},
        "responses": RESPONSES,
    }


def _event(event_type: str) -> Schema:
    properties = {
        "type": {"type": "string", "const": event_type},
        "timestamp": {"type": "string", "format": "date-time"},
        "data": _object(_data(event_type)),
    }
    description = DESCRIPTIONS[Type(event_type)]
    examples = [example_of(event_type, list(properties["data"]["properties"]))]
    return _object(properties) | {"description": description, "examples": examples}


def _data(event_type: str) -> dict[str, Schema]:
    """Return the properties of ``data``; those that do not apply to a type are null."""
    kind, _dot, verb = event_type.partition(".")
    properties = {
        "sequence": {"type": "integer", "minimum": 0},
        "site": OPTIONAL_STRING,
        "kind": {"type": "string", "const": kind},
        "id": ID,
    }
    about = dict.fromkeys(("locale", "digest", "url", "previous_url", "api_url"), NULL)
    if event_type in (Type.CONTENT_CHANGED, Type.PING):
        properties |= {"kind": NULL, "id": NULL}
    elif verb in ("published", "updated"):
        about = {"locale": STRING, "digest": OPTIONAL_STRING, "url": OPTIONAL_URL}
        about |= {"previous_url": OPTIONAL_URL, "api_url": URL}
    else:
        about["previous_url"] = OPTIONAL_URL
    return properties | about | {"changes_url": OPTIONAL_URL}


def _object(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}
