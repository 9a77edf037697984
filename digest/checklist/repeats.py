"""The rule "we ran this already": a story whose source or heading another issue has as well."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from digest.checklist.findings import Slip
from digest.checklist.headings import Headings
from digest.checklist.others import Drafts, Others, Ran
from digest.checklist.reading import Part, Reading
from digest.http.canonical import canonical_url
from digest.sources.models import source_key

# How many issues a finding names.
MENTIONS = 3
# A heading that so many issues have is that of a standing part, "In brief", not of one story.
STANDING = 4


class Told:
    """A story as it is compared: where it cites which page, and under which heading."""

    def __init__(self, story: Part) -> None:
        self.number, self.path = story.number, story.path
        self.cited = dict(_cited(story))
        self.heading = str(story.get("heading") or "")

    @property
    def heading_path(self) -> str:
        """The content path of its heading."""
        return f"{self.path}.heading"


def _cited(story: Part) -> Iterator[tuple[str, str]]:
    """The key of each page that a story cites or links to, and the content path of the field."""
    for field in story.fields:
        is_url = field.name == "url"
        for address in [field.text] if is_url else [address for _text, address in field.links]:
            if names_a_page(address):
                yield source_key(address), field.path


def names_a_page(url: str) -> bool:
    """Whether an address is of a page, and not of a whole site, which many stories may cite."""
    parts = urlsplit(canonical_url(url))
    return bool(parts.path or parts.query or parts.fragment)


def repeated_story(reading: Reading) -> Iterator[Slip]:
    """No story ran before, is in another draft, or stands twice in the issue."""
    stories = [Told(story) for story in reading.stories]
    yield from _twice(stories)
    keys = {key for told in stories for key in told.cited}
    if reading.parent is None or not (keys or any(told.heading for told in stories)):
        return
    yield from _elsewhere(stories, Ran(reading.issue, reading.parent, keys))
    yield from _elsewhere(stories, Drafts(reading.issue, reading.parent, names_a_page))


def _twice(stories: list[Told]) -> Iterator[Slip]:
    for position, told in enumerate(stories):
        before = stories[:position]
        for key, path in told.cited.items():
            if same := next((other for other in before if key in other.cited), None):
                message = _("Story %(number)d cites the same page.") % {"number": same.number}
                yield Slip(message, path, told.number)
        for place in Headings(other.heading for other in before).nearest(told.heading, 1)[:1]:
            message = _("Story %(number)d has nearly the same heading.")
            yield Slip(message % {"number": before[place].number}, told.heading_path, told.number)


def _elsewhere(stories: list[Told], others: Others) -> Iterator[Slip]:
    """What other issues have as well, an issue being named once for a story."""
    hits = []
    for told in stories:
        named: set[int] = set()
        for key, path in told.cited.items():
            found = [pk for pk in dict.fromkeys(others.citing(key)) if pk not in named]
            hits.append((told, path, others.cited_message, found))
            named.update(found)
        headed = list(dict.fromkeys(others.headed(told.heading)))
        if len(headed) < STANDING:
            found = [pk for pk in headed if pk not in named]
            hits.append((told, told.heading_path, others.headed_message, found))
    mentions = others.mentions({pk for *_hit, found in hits for pk in found})
    for told, path, message, found in hits:
        if named := [mentions[pk] for pk in found if pk in mentions][:MENTIONS]:
            yield Slip(str(message), path, told.number, tuple(named), others.only_advice)
