"""Issues that are submitted as fields and blocks, instead of as a document."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wagtail.images import get_image_model
from wagtail.permissions import policy_registry

from digest.blocks.safe_values import read_id
from digest.checklist.findings import Finding, Level
from digest.contrib.submissions.documents import SubmittedDocument, limited
from digest.importing import Document, Format
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
        return list(self._images_not_set(issue))

    def _images_not_set(self, issue: Any) -> Iterator[dict[str, Any]]:
        """Yield a finding for each image that is no image of the library by its id.

        Without one for an image that the API has returned, if the story has it.
        """
        stories = list(issue.stories)
        for number, position in enumerate(self._positions, 1):
            image = self.body[position]["value"]["image"]
            is_kept = image and "renditions" in image and stories[number - 1].value.get("image")
            if image and "id" not in image and not is_kept:
                yield {
                    "rule": IMAGE_NOT_FETCHED,
                    "level": Level.WARNING.value,
                    "message": f"Story {number}: Choose the image: its URL was not fetched.",
                    "story": number,
                    "pointer": f"{self._block(position)}/value/image",
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


def choose_images(body: list[dict[str, Any]], user: Any) -> None:
    """Give each image with an id its alt text; raise DocumentError if the user may not choose it.

    The library has an alt text for images that were sent without one.
    """
    model = get_image_model()
    wanted = {
        position: image
        for position, block in enumerate(body)
        if (image := block["value"].get("image")) and "id" in image
    }
    policy = policy_registry.get_by_type(model)
    allowed = policy.instances_user_has_any_permission_for(user, ["choose"]) if wanted else ()
    ids = {read_id(model, image["id"]) for image in wanted.values()} - {None}
    found = {image.pk: image for image in allowed.filter(pk__in=ids)} if ids else {}
    for position, image in wanted.items():
        chosen = found.get(read_id(model, image["id"]))
        if chosen is None:
            pointer = f"{ROOT}/body/{position}/value/image/id"
            raise DocumentError("The user of the key may not choose this image.", pointer)
        image["id"] = chosen.pk
        image.setdefault("alt", chosen.default_alt_text)
