"""Generate the same words, dates and tags on every machine, from a seeded generator."""

import random
import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any

SYLLABLES = list(map("".join, product("bdfgjklmnprstvwz", "aeiou")))
STORIES = 5
FIRST_DAY = date(1998, 1, 1)
TAGS = 40


class Writer:
    """Writes issues; ``pages`` and ``images`` are the ids to link to and to show."""

    def __init__(self, seed: int, pages: Sequence[int], images: Sequence[int]) -> None:
        self.chance = random.Random(seed)  # noqa: S311
        self.pages, self.images = pages, images

    def words(self, number: int) -> str:
        choice, many = self.chance.choice, self.chance.randint
        return " ".join(
            "".join(choice(SYLLABLES) for _ in range(many(1, 4))) for _ in range(number)
        )

    def sentence(self, number: int) -> str:
        return f"{self.words(number).capitalize()}."

    def tag_numbers(self) -> list[int]:
        """Choose up to five tags, the first ones more often."""
        weights = [TAGS - number for number in range(TAGS)]
        return sorted(set(self.chance.choices(range(TAGS), weights, k=self.chance.randint(3, 5))))

    def body(self, number: int) -> list[dict[str, Any]]:
        """Return blocks in the stored form, about nine kilobytes."""
        opening = {"headline": self.words(6).capitalize(), "summary": self.sentence(30)}
        stories = [self.story(with_image=not (number + place) % 8) for place in range(STORIES)]
        return [
            self.block("headline", opening),
            *(self.block("story_section", story) for story in stories),
            self.block("bottom_line", {"text": self.paragraph(50)}),
            self.block("sources", {"items": [self.source() for _ in range(2)]}),
        ]

    def story(self, with_image: bool) -> dict[str, Any]:
        """Return a story of three paragraphs and two links."""
        image = {"image": self.chance.choice(self.images), "alt_text": "", "decorative": True}
        return {
            "heading": self.words(5).capitalize(),
            "body": self.paragraph(40) + self.paragraph(38, self.link()) + self.paragraph(38),
            "why_it_matters": self.paragraph(25, self.link()),
            "image": image if with_image and self.images else None,
            "sources": [self.source() for _ in range(2)],
        }

    def paragraph(self, number: int, link: str = "") -> str:
        """Return a paragraph of rich text in the stored form."""
        first, second = self.sentence(number // 2), self.sentence(number // 2)
        return f"<p>{first} {link} <b>{self.words(2)}</b> {second}</p>"

    def link(self) -> str:
        """Return a link to a page or to another site, in the stored form."""
        if self.chance.random() < 0.5:
            return f'<a linktype="page" id="{self.chance.choice(self.pages)}">{self.words(2)}</a>'
        return f'<a href="https://example.com/{self.words(1)}">{self.words(2)}</a>'

    def source(self) -> dict[str, Any]:
        name = self.words(1)
        value = {"title": self.words(4), "url": f"https://{name}.example/{self.words(1)}"}
        return self.block(
            "item", value | {"publisher": name.title(), "author": "", "published_on": None}
        )

    def block(self, kind: str, value: dict[str, Any]) -> dict[str, Any]:
        key = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        return {"type": kind, "id": str(key), "value": value}


def day(number: int) -> date:
    """Return the date of an issue."""
    return FIRST_DAY + timedelta(days=number)
