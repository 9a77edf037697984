"""Invalid requests by kind, and a URL of each endpoint."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tests.optional_apps import served

# A URL for each path of the schema; the fixture `endpoint` fills in the braces.
EXAMPLES = {
    "/": "",
    "/site/": "site/",
    "/digests/": "digests/",
    "/digests/{slug}/": "digests/daily/",
    "/digests/{digest_slug}/issues/{slug}/": "digests/daily/issues/2026-04-14/",
    "/issues/": "issues/",
    "/issues/latest/": "issues/latest/",
    "/issues/{id}/": "issues/{issue}/",
    "/issues/{id}.md": "issues/{issue}.md",
    "/stories/": "stories/",
    "/stories/{block_id}/": "stories/{story}/",
    "/sources/": "sources/",
    "/tags/": "tags/",
    "/tags/{slug}/": "tags/ai/",
    "/pages/": "pages/",
    "/preview/{token}/": "preview/{token}/",
    "/changes/": "changes/",
    "/search/": "search/",
    "/search/suggest/": "search/suggest/",
    "/confirmations/{token}/": "confirmations/{token}/",
    "/unsubscriptions/{token}/": "unsubscriptions/{token}/",
    "/preferences/{token}/": "preferences/{token}/",
    "/schema/": "schema/",
}
EXAMPLES = {path: EXAMPLES[path] for path in served(*EXAMPLES)}
HTML_PAGES = ["docs/", "problems/"]
# Paths whose responses no cache may store, so that they have no ETag.
NOT_CACHEABLE = {path for path in EXAMPLES if "{token}" in path}

# A URL and a valid body for each path of the schema that takes a body, and for one that only the
# fixture `notes` adds.
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "/digests/{slug}/notes/": ("digests/daily/notes/", {"text": "Thanks for the issue."}),
    "/digests/{slug}/subscriptions/": ("digests/daily/subscriptions/", {"email": "a@example.org"}),
    "/preferences/": ("preferences/", {"email": "a@example.org"}),
}
BODIES = {path: BODIES[path] for path in served(*BODIES)}

# Values of required parameters.
REQUIRED = {"path": "/daily/", "q": "needle"}

LONG = "a" * 60_000
DIGITS = ["9" * 30, "9" * 5000]
NUL = "\0"
SWITCHES = ["maybe", "TRUE", "01", "1", "", NUL]
NUMBERS = ["-1", "abc", "1e3", "", "0", "1.0", " 1", "+1", "٣", "0x1", "01x", NUL, *DIGITS]
DATES = ["abc", "99999-01-01", "0000-01-01", "2026-02-30", "2026-1-1", "20260101", "", NUL]
SLUGS = [
    ",",
    "a,,b",
    "a,",
    "a/b",
    "a b",
    "../a",
    " a",
    "",
    NUL,
    ",".join("abcdefghijklmnopqrstuvwxyz"),
]
ORDERS = ["secret", "digest__secret", "owner", "owner__password", "?", "--date", "date,,", "title"]
ORDERS += ["-date,date", "date;DROP TABLE", "alias_of", "id," * 2000, "", NUL]
TOKENS = ["garbage", "e30:1:1", "e30", "W10:1:x", "", NUL, "a" * 10_000, "é", ":" * 50]
NESTED = "a(" * 300 + ")" * 300
FIELDS = ["*", "*(", ",", "secret", "title," * 8000, "(" * 3000, NESTED, "tìtle", "title,title"]
FIELDS += ["Title", "title,,id", "-title", "digest(title)", "title,secret", "", NUL]

# By parameter, rejected by every endpoint that accepts it.
INVALID_VALUES: dict[str, list[str]] = {
    "limit": [*NUMBERS, "501"],
    "cursor": TOKENS,
    "since": TOKENS,
    "at": [*NUMBERS, "999999"],
    "kind": ["x", "Issue", "issue,digest", "page", "", NUL],
    "count": SWITCHES,
    "prefix": SWITCHES,
    "correct": SWITCHES,
    "order": ORDERS,
    "digest": ["a/b", "a,b", "../daily", "a b", "daily\n", "x" * 300, "", NUL],
    "host": ["a/b", "a\n", "https://a", "a:80", ".a", "a b", "x" * 300, "", NUL],
    "tag": SLUGS,
    "tag_all": SLUGS,
    "date_from": DATES,
    "date_to": DATES,
    "year": [*NUMBERS, "10000"],
    "month": [*NUMBERS, "13"],
    "updated_since": ["abc", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59-14:00", "", NUL],
    "locale": ["x", "en_GB", "en-", "../en", "e" * 5000, " en", "en\n", "", NUL],
    "site": [
        *("a:abc", "localhost:" + "9" * 30, "nowhere.example", "evil<script>", "a/b", NUL),
        *(" localhost", "\nlocalhost", "localhost\n"),
    ],
    "include": ["everything", "Body", "body,body", "body,", "", NUL],
    "fields": FIELDS,
    "field_map": SWITCHES,
    "rich_text": ["x", "HTML", "xml", "html,text", "", NUL],
    "q": ["", " ", f"a{NUL}b", "a" * 201, "a " * 100, " ".join("abcdefghijklmnopqrstu"), NUL],
    "path": [f"/a{NUL}b/", " /daily/", "/daily/\n", NUL],
}

# Parameters that no endpoint has: columns, operators of Django and other systems, formats.
UNKNOWN_PARAMETERS = [
    "foo",
    "_connector",
    "_negated",
    "__class__",
    "filter[title]",
    "where[x]",
    "populate",
    "owner__password__startswith",
    "related__secret",
    "id__gt",
    "id",
    "slug",
    "title",
    "live",
    "type",
    "offset",
    "page",
    "search",
    "format",
    "callback",
    "rich_text_format",
    "_method",
    "a[]",
    "a[b][c]",
    "Limit",
    "limit ",
    "ｌimit",
    f"limit{NUL}",
    "",
]

# Valid queries, taken literally, without results in an issue with "needle" and "happened".
LITERAL_SEARCHES = [
    '"',
    'a"b',
    'zzz"OR"needle',
    'needle"NOT"zzz',
    'x")OR(title:"needle',
    'needle"NEAR"happened',
    'need"*',
    '"need"*',
    "-needle",
    '-"a needle',
    "needle -happened -needle",
    "AND",
    "OR OR",
    "needle AND happened",
    "needle NEAR happened",
    "NEAR(needle happened)",
    "needle:* & !zzz",
    "needle <-> happened | zzz",
    "title:needle",
    "{t}:needle",
    "(",
    "\\",
    "*",
    "need*",
    "'; DROP TABLE digest_story;--",
    "%",
    "_eedle",
    "need_e",
    "%s",
    "%(x)s",
    "{0}",
    "🤖",
    "電力網",
    "عربي",
    "e\u0301\u0301\u0301",
    "ß",
    "İ",
    "\u00ad",
    "\u202e",
    "\u200b",
    "\ufffe",
]
# Punctuation around a word is ignored.
PUNCTUATED = ["^needle", "(needle)", "needle*", "'needle':*", "\\needle", "needle!", "“needle”"]
PUNCTUATED += ["NEEDLE", "need\u00adle", "\u202eneedle", "n\u0323eedle", "+needle", "\ufeffneedle"]

INVALID_PATHS = [
    *(f"{name}/{digits}/" for name in ("issues", "stories") for digits in DIGITS),
    "issues/0/",
    "issues/-1/",
    "issues/01/",
    "issues/1.0/",
    "issues/%D9%A3/",
    "issues/abc/",
    "issues/latest",
    "issues",
    "issues//",
    "//issues/",
    "issues/../issues/",
    "issues/%2e%2e/tags/",
    "issues/..%2ftags/",
    "issues;x/",
    "issues/;x",
    "issues./",
    "issues/.",
    "issues\\",
    "issues/%5c/",
    "issues/%00/",
    "issues/%ff/",
    "issues/%0d%0aX:1/",
    "Issues/",
    "stories/abc/",
    "stories/00000000-0000-0000-0000-000000000000/",
    "stories/%7B00000000-0000-0000-0000-000000000000%7D/",
    "tags/%00/",
    "tags/a%20b/",
    "tags/nope/",
    "tags/" + "x" * 5000 + "/",
    "digests/nope/",
    "digests/daily/issues/",
    "digests/daily/issues/nope/",
    "digests/nope/issues/2026-04-14/",
    "digests/%F0%9F%A4%96/",
    "nothing",
    "nothing/at/all/",
    "schema",
    "docs",
    "a/" * 2000,
]

# Paths without a page; those that differ from a page's only in form may redirect to it.
PATHS_WITHOUT_PAGE = [
    "/nope/",
    "../../daily",
    "/DAILY/",
    "http://evil.example/daily/",
    "//evil.example/daily/",
    "/nope/?x",
    "/daily/#x",
    "/daily/2026-04-14/x/",
    "/a" * 10_000,
    "/" * 5000,
    "\\daily\\",
    "/daily/%00/",
    "/daily/\u202e/",
    "javascript:alert(1)",
    "",
]

GARBAGE_ACCEPTS = [";;;,,//", "*", "json", "application/*;q=x", "/", ",", "a" * 10_000, "\xff\xfe"]
UNACCEPTABLE = [
    "application/xml",
    "image/png",
    "application/json;q=0",
    "application/json;q=0, text/csv",
]

# Headers that must not change the response.
FORWARDED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "10.0.0.1, evil",
    "X-Forwarded-Port": "99999999",
    "Forwarded": "host=evil.example;proto=https",
    "X-Original-URL": "/admin/",
    "X-Rewrite-URL": "/admin/",
}
OVERRIDES = {
    "X-HTTP-Method-Override": "DELETE",
    "X-Method-Override": "DELETE",
    "X-HTTP-Method": "PUT",
}
AUTHORIZATIONS = [
    "Bearer ",
    "Bearer a\0b",
    "Bearer a b c",
    "Basic !!!",
    "Token 1",
    "\xff",
    "a" * 9000,
]
COOKIES = ["sessionid=gone", "sessionid=" + "x" * 8000, "csrftoken=;;;=", "\xff=\xfe"]
IGNORED: list[dict[str, str]] = [
    *({name: value} for name, value in (FORWARDED | OVERRIDES).items()),
    *({"Authorization": value} for value in AUTHORIZATIONS),
    *({"Cookie": value} for value in COOKIES),
    {"Accept-Language": "fr," * 13_000},
    {"If-Modified-Since": "garbage"},
    {"If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 GMT"},
    {"If-Unmodified-Since": "garbage"},
    {"Range": "bytes=0-1"},
    {"X-Request-Id": "x" * 5000},
    {"Content-Type": "application/json; charset=nope"},
]

# Bodies that are not a JSON object in UTF-8, and the code of the error.
INVALID_BODIES: list[tuple[bytes, str]] = [
    *((body, "json") for body in (b"", b" ", b"{", b"{'a': 1}", b'{"a": 1,}', b'{"a": 1} {}')),
    *((body, "json") for body in (b"\0{}", b'{"a": "\n"}', b"{a: 1}", b"// a\n{}", b"{} x")),
    *((body, "type") for body in (b"[]", b"1", b"null", b'"x"', b"true", b"[{}]")),
    *((b'{"a": %s}' % number, "json") for number in (b"NaN", b"-Infinity", b"1e999", b"-1e999")),
    *((b'{"a": %s}' % (b"9" * digits), "number") for digits in (16, 500, 5000)),
    (b"\xef\xbb\xbf{}", "encoding"),
    ("{}".encode("utf-16"), "encoding"),
    ("{}".encode("utf-16-le"), "json"),
    (b'{"a": "\xff"}', "encoding"),
    (b'{"a": "\xed\xa0\x80"}', "encoding"),
    (rb'{"a": "\ud800"}', "encoding"),
    (rb'{"a": {"\udfff": 1}}', "encoding"),
    (b'{"a": 1, "a": 1}', "duplicate_key"),
    (b'{"b": [{"a": 1, "a": 2}]}', "duplicate_key"),
    (b"[" * 60_000, "depth"),
    (b'{"a": %s1%s}' % (b"[" * 64, b"]" * 64), "depth"),
    (b'{"a": %s1%s}' % (b"[" * 900, b"]" * 900), "depth"),
    (b'{"a":' * 9000 + b"1" + b"}" * 9000, "depth"),
]
INVALID_CONTENT_TYPES = [
    "",
    "text/plain",
    "text/json",
    "application/json/evil",
    "application/vnd.api+json",
    "application/json, text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    *(f"application/json; charset={name}" for name in ("utf-16", "utf-7", "nope", "latin1", "")),
    *(f"application/json; charset={name}" for name in ("bz2_codec", "zlib_codec", "rot13", "hex")),
    "application/json; charset=unicode_escape",
    "application/json; x=" + "a" * 9_000,  # Django 6.1 itself rejects more than 10,000
]
CONTENT_ENCODINGS = ["gzip", "br", "deflate", "deflate, gzip", "x-gzip", "identity, gzip", "nope"]
UNKNOWN_FIELDS = ["__proto__", "__class__", "constructor", "id", "pk", "owner", "live", "a/b", "~"]
UNKNOWN_FIELDS += ["", " ", "confirmed", "lists", "x" * 5000, "a\0b", "é", "../x"]
CONTROL_CHARACTERS = ["\0", "\x01", "\n", "\r\nBcc: x", "\x0b", "\x7f", "\x85", "\u2028", "\ufffe"]
FOREIGN_ORIGINS = ["null", "https://evil.example", "http://localhost.evil", "http://localhost:1"]
FOREIGN_ORIGINS += ["", "https://localhost", "http://localhost/", "http://localhost, http://a.evil"]
MALFORMED_ETAGS = [
    '"unterminated',
    "x",
    "W/",
    '""',
    ",,,",
    "\xff",
    '"a"b"',
    ", ".join(['"x"'] * 5000),
]


def query(name: str, value: str) -> str:
    """Return a parameter of a query string, quoted."""
    return f"{quote(name, safe='')}={quote(value, safe='')}"


def strings(data: Any) -> Iterator[str]:
    """Yield every string in a response, including names of fields."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield name
            yield from strings(value)
    elif isinstance(data, list):
        for item in data:
            yield from strings(item)
    elif isinstance(data, str):
        yield data


def echoes(text: str, data: Any) -> bool:
    """Return whether a response repeats more than 100 characters of the request."""
    whole = "\n".join(strings(data))
    return any(text[at : at + 101] in whole for at in range(max(len(text) - 100, 0)))
