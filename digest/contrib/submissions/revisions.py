"""Hashes of what a draft says: the ETag of a submission, and stories that editors have changed."""

import hashlib
import json
import re
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

# Fields of the content of a revision that change without anybody writing: on publishing, moving,
# locking, and each time a revision is saved.
VOLATILE = {
    *("draft_title", "depth", "expired", "first_published_at", "has_unpublished_changes"),
    *("last_published_at", "latest_revision", "latest_revision_created_at", "live"),
    *("live_revision", "locked", "locked_at", "locked_by", "numchild", "path", "url_path"),
    *("comments", "expire_at", "go_live_at", "owner", "translation_key"),
}
# Of Draftail, for comments
BLOCK_KEY = re.compile(r' data-block-key="[^"]*"')


def content_hash(issue: Any) -> str:
    """Return the hash of the latest draft of an issue."""
    revision = issue.latest_revision
    content = revision.content if revision else issue.serializable_data()
    try:
        body = issue.body.stream_block.to_python(json.loads(content["body"])).get_prep_value()
    except (ValueError, TypeError, KeyError, AttributeError):  # It is not that of a stream.
        body = content["body"]
    fields = {name: value for name, value in content.items() if name not in VOLATILE}
    return _hash(fields | {"body": body})


def story_hashes(issue: Any) -> dict[str, str]:
    """Return the hash of each story of an issue by the id of its block."""
    return {
        block["id"]: _hash(block["value"])
        for block in issue.body.get_prep_value()
        if block["type"] == "story_section"
    }


def compare_stories(submitted: dict[str, str], current: dict[str, str]) -> dict[str, int]:
    """Count the submitted stories that were kept, edited and dropped, and those that were added."""
    kept = sum(current.get(block_id) == value for block_id, value in submitted.items())
    dropped = len(submitted.keys() - current.keys())
    return {
        "kept": kept,
        "edited": len(submitted) - kept - dropped,
        "dropped": dropped,
        "added": len(current.keys() - submitted.keys()),
    }


def _hash(value: Any) -> str:
    text = json.dumps(_comparable(value), sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()


def _comparable(value: Any) -> Any:
    """Leave out what the editor or the importer writes anew without a change of the text."""
    if isinstance(value, dict):
        ids = {"pk", "id"} if value.get("type") == "item" else {"pk"}  # of lists and child rows
        names = value.keys() - ids
        return {name: _comparable(value[name]) for name in names}
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    return BLOCK_KEY.sub("", value) if isinstance(value, str) else value
