"""Read the JSON body of a request strictly.

Python's decoder accepts duplicate keys, NaN and halves of surrogate pairs, and fails on deep
nesting; the next program that reads the data may not.
"""

import json
import re
from collections.abc import Collection
from math import isfinite
from typing import Any

from django.http import HttpRequest

from digest.api.errors import ContentTooLarge, InvalidBody, UnsupportedMediaType

MEDIA_TYPE = "application/json"
CONTENT_TYPE = re.compile(r'([\w.+-]+/[\w.+-]+)\s*(?:;\s*charset="?utf-8"?\s*)?', re.IGNORECASE)
MAX_DEPTH = 64
MAX_DIGITS = 15  # what every JSON parser reads exactly (RFC 8259, section 6)
STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


def read_object(request: HttpRequest, max_bytes: int) -> dict[str, Any]:
    """Return the JSON object in the body of a request.

    Raise UnsupportedMediaType, ContentTooLarge or InvalidBody.
    """
    read_media_type(request, [MEDIA_TYPE])
    return parse_object(read_bytes(request, max_bytes))


def has_body(request: HttpRequest) -> bool:
    """Return whether a request has a body, as far as its headers show."""
    return _is_chunked(request) or _content_length(request) > 0


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in ``body``; raise InvalidBody."""
    text = decode(body)
    if _depth(text) > MAX_DEPTH:
        raise _invalid("depth", f"Nest arrays and objects at most {MAX_DEPTH} levels deep.")
    try:
        data = DECODER.decode(text)
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _invalid("encoding", "A string has half of a surrogate pair.") from None
    except ValueError:
        raise _invalid("json", "The body is not valid JSON.") from None
    if not isinstance(data, dict):
        raise _invalid("type", "The body must be a JSON object.")
    return data


def read_media_type(request: HttpRequest, accepted: Collection[str]) -> str:
    """Return the media type of the body, which is in UTF-8; raise UnsupportedMediaType."""
    found = CONTENT_TYPE.fullmatch(request.META.get("CONTENT_TYPE", "").strip())
    if not found or found[1].lower() not in accepted:
        raise UnsupportedMediaType({"Accept-Post": ", ".join(accepted)})
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType({"Accept-Encoding": "identity"})
    return found[1].lower()


def read_bytes(request: HttpRequest, max_bytes: int) -> bytes:
    """Return the body; raise ContentTooLarge without reading more than the limit, or InvalidBody
    if the connection broke."""
    if _content_length(request) > max_bytes:
        raise ContentTooLarge(max_bytes)
    body = _stream(request).read(max_bytes + 1)
    if len(body) > max_bytes:
        raise ContentTooLarge(max_bytes)
    if len(body) < _content_length(request) and not _is_chunked(request):
        raise _invalid("length", "The body is shorter than Content-Length: send it again.")
    return body


def _stream(request: HttpRequest) -> Any:
    # Without Content-Length, Django reads nothing under WSGI, though some servers end the stream.
    if _is_chunked(request) and request.META.get("wsgi.input_terminated"):
        return request.META["wsgi.input"]
    return request


def _is_chunked(request: HttpRequest) -> bool:
    return "Transfer-Encoding" in request.headers


def _content_length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if re.fullmatch(r"[0-9]{1,18}", length) else 0


def decode(body: bytes) -> str:
    """Return the text of a body; raise InvalidBody unless it is UTF-8."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise _invalid("encoding", "The body is not UTF-8.") from None
    if text.startswith("\ufeff"):
        raise _invalid("encoding", "Send UTF-8 without a byte order mark.")
    return text


def _depth(text: str) -> int:
    """Return how deep arrays and objects are nested, before a recursive parser sees them."""
    depth = deepest = 0
    for match in STRING_OR_BRACKET.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        deepest = max(deepest, depth)
    return deepest


def _invalid(code: str, detail: str) -> InvalidBody:
    return InvalidBody([{"pointer": "", "code": code, "detail": detail}])


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise _invalid("duplicate_key", "Use each key of an object only once.")
    return data


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise _invalid("number", f"Use integers of at most {MAX_DIGITS} digits.")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError("JSON has no infinite numbers.")
    return number


DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_int=_integer,
    parse_float=_finite,
    parse_constant=_finite,  # NaN, Infinity and -Infinity
)
