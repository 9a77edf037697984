"""Group the parts of a document by the stories of the issue."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.importing.parts import Role

OF_STORIES = {Role.STORY, Role.BODY, Role.WHY_IT_MATTERS, Role.STORY_SOURCE, Role.STORY_IMAGE}

NOT_IN_DRAFT = {
    *(Role.IMAGE, Role.LABEL, Role.BOILERPLATE, Role.COMMENT, Role.LEFT_OUT, Role.UNPUBLISHED),
}


@dataclass
class Group:
    """The keys of the parts of a story, with its number, or of those around all stories."""

    story: int = 0
    is_end: bool = False
    keys: list[str] = field(default_factory=list)


def group_parts(roles: Mapping[str, Role]) -> list[Group]:
    """Return the groups of parts in their order: the issue, its stories, and the end.

    The end begins with the bottom line or the sources of the issue, or with what is left out.
    """
    groups = [Group()]
    for key, role in roles.items():
        if role is Role.STORY:
            groups.append(Group(story=len(groups)))
        groups[-1].keys.append(key)
    if len(groups) > 1:
        groups.append(split_off_end(groups[-1], roles))
    return [group for group in groups if group.keys]


def split_off_end(last: Group, roles: Mapping[str, Role]) -> Group:
    """Remove the parts after the last story from its group, and return them."""
    start = len(last.keys)
    while roles[last.keys[start - 1]] not in OF_STORIES:
        start -= 1
    # Text that was not understood goes on where it is.
    while start < len(last.keys) and roles[last.keys[start]] is Role.UNKNOWN:
        start += 1
    last.keys, rest = last.keys[:start], last.keys[start:]
    return Group(is_end=True, keys=rest)
