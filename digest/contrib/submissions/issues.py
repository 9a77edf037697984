"""Issues that are submitted as fields and blocks, instead of as a document."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wagtail.images import get_image_model
from wagtail.permissions import policy_registry

from digest.blocks.safe_values import read_id
from digest.checklist.findings import Finding, Level
from digest.contrib.submissions.documents import SubmittedDocument, limited
from digest.importing import Document, Format, Role
from digest.importing.errors import DocumentError
from digest.importing.readers.blocks import FIELDS, ROOT, read_blocks
from digest.importing.saving import ImportRejected, UnknownBlock

IMAGE_NOT_FETCHED = "image_url_not_fetched"


@dataclass(frozen=True)
class SubmittedIssue(SubmittedDocument):
    """An issue with its parts, whose places are JSON pointers."""

    body: tuple[dict[str, Any], ...] = ()

    @classmethod
    def of(cls, issue: dict[str, Any], user: Any, source: Any) -> "SubmittedIssue":
        """Return a validated issue, which was sent as ``source``; raise DocumentError.

        The user chooses its images.
        """
        choose_images(issue["body"], user)
        rich_text = Format(issue["rich_text"])
        parts, notes = read_blocks(issue, rich_text)
        text = json.dumps(source, ensure_ascii=False, indent=2)
        document = Document("submission.json", text, rich_text, notes)
        return cls(document, limited(parts, f"{ROOT}/body"), ROOT, tuple(issue["body"]))

    @cached_property
    def _positions(self) -> list[int]:
        return [n for n, block in enumerate(self.body) if block["type"] == "story_section"]

    def locate(self, finding: Finding, issue: Any) -> tuple[str, str | None]:
        if finding.story is not None:
            return self._block(self._positions[finding.story - 1]), None
        place, _, rest = finding.path.partition(".")
        if place in FIELDS:
            return f"{ROOT}/{place}", None
        block_id = rest.partition(".")[0]
        kind = next((block.block_type for block in issue.body if block.id == block_id), "")
        found = (n for n, block in enumerate(self.body) if block["type"] == kind)
        position = next(found, None)
        return f"{ROOT}/body" if position is None else self._block(position), None

    def own_findings(self, issue: Any) -> list[dict[str, Any]]:
        """Return a finding for each image, or text with images, of which a URL was sent.

        An image that the API has returned has none, if the story has it.
        """
        stories = list(issue.stories)
        pointers = dict.fromkeys(part.pointer for part in self.parts if part.role is Role.IMAGE)
        return [self._not_fetched(each) for each in pointers if not self._is_kept(each, stories)]

    def _is_kept(self, pointer: str, stories: list[Any]) -> bool:
        if not pointer.endswith("/image"):
            return False
        position = _position(pointer)
        story = stories[self._positions.index(position)]
        return "renditions" in self.body[position]["value"]["image"] and bool(story.value["image"])

    def _not_fetched(self, pointer: str) -> dict[str, Any]:
        position, message = _position(pointer), "Choose the image: its URL was not fetched."
        is_story = position in self._positions
        number = self._positions.index(position) + 1 if is_story else None
        return {
            "rule": IMAGE_NOT_FETCHED,
            "level": Level.WARNING.value,
            "message": f"Story {number}: {message}" if number else message,
            "story": number,
            "pointer": pointer,
            "place": None,
        }

    def _pointer_of(self, rejection: ImportRejected, message: str) -> str:
        if isinstance(rejection, UnknownBlock):
            ids = [block.get("id") for block in self.body]
            return f"{self._block(ids.index(rejection.block_id))}/id"
        name = message.partition(":")[0]
        return f"{ROOT}/{name}" if name in (*FIELDS, "tags", "body") else ROOT

    def _block(self, position: int) -> str:
        return f"{ROOT}/body/{position}"


def _position(pointer: str) -> int:
    """Return the position of the block that a pointer is in."""
    return int(pointer.removeprefix(f"{ROOT}/body/").partition("/")[0])


def choose_images(body: list[dict[str, Any]], user: Any) -> None:
    """Give each image with an id its alt text; raise DocumentError if the user may not choose it.

    The library has an alt text for images that were sent without one.
    """
    model = get_image_model()
    images = [(position, block["value"].get("image")) for position, block in enumerate(body)]
    requested = [(position, image) for position, image in images if image and "id" in image]
    found = _choosable({read_id(model, image["id"]) for _, image in requested} - {None}, user)
    for position, image in requested:
        chosen = found.get(read_id(model, image["id"]))
        if chosen is None:
            pointer = f"{ROOT}/body/{position}/value/image/id"
            raise DocumentError("The user of the key may not choose this image.", pointer)
        image["id"] = chosen.pk
        image.setdefault("alt", chosen.default_alt_text)


def _choosable(ids: set[Any], user: Any) -> dict[Any, Any]:
    """Return those of the images that the user may choose, by id."""
    if not ids:
        return {}
    policy = policy_registry.get_by_type(get_image_model())
    allowed = policy.instances_user_has_any_permission_for(user, ["choose"])
    return {image.pk: image for image in allowed.filter(pk__in=ids)}
