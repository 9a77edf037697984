"""``next_since``: a place in the feed of a site, which never expires."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple


class Place(NamedTuple):
    """After the change with this sequence.

    ``first`` is the last sequence when the client began: what was gone by then is not for it.
    ``doubtful``, if not negative, is the place before data that the relay has not confirmed: the
    client has to read from there again.
    """

    epoch: str
    site_id: int
    sequence: int
    first: int
    doubtful: int = -1

    def next(self, end: int, doubtful: int, has_more: bool) -> "Place":
        """Return the place after a response that ends with a sequence, and perhaps is doubtful."""
        found = [place for place in (self.doubtful, doubtful) if place >= 0]
        back = min(found, default=-1)
        if has_more:
            return self._replace(sequence=end, doubtful=back)
        return self._replace(sequence=back if found else end, doubtful=-1)


def write_token(place: Place) -> str:
    text = json.dumps(place, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read_token(token: str) -> Place | None:
    """Return the place of a token, None if it is malformed."""
    try:
        values = json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        epoch, *numbers = values
        is_valid = isinstance(epoch, str) and all(type(number) is int for number in numbers)
        return Place(*values) if is_valid else None
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None
