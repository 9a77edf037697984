"""Bad input of issues that are sent as fields and blocks is refused at its JSON pointer."""

import json

import pytest

from digest.contrib.submissions.api import blocks as limits
from digest.contrib.submissions.models import Submission
from digest.models import IssuePage
from tests.api.bad_input import echoes
from tests.contrib.submissions.api.test_issues import IMAGE, changed, errors
from tests.contrib.submissions.api.test_submitting import problem
from tests.contrib.submissions.conftest import DOCUMENT, FERRY, ISSUE, URL

pytestmark = pytest.mark.django_db

HEADING, STORY, SOURCE = "/body/2/value/heading", "/body/2/value", "/body/2/value/sources/0"
SOURCES = {"type": "sources", "value": {"items": [{"title": "Minutes"}]}}
MASS_ASSIGNMENT = ["__proto__", "__class__", "constructor", "id", "pk", "path", "depth", "url_path"]
MASS_ASSIGNMENT += ["live", "owner", "first_published_at", "live_revision", "locked", "alias_of"]
MASS_ASSIGNMENT += ["content_type", "expired", "go_live_at", "expire_at", "image", "a/b", "~"]


@pytest.fixture(autouse=True)
def nothing_is_saved():
    yield
    assert not IssuePage.objects.exists()
    assert not Submission.objects.exists()


@pytest.mark.parametrize("name", MASS_ASSIGNMENT)
def test_unknown_field_is_named(send, name):
    escaped = name.replace("~", "~0").replace("/", "~1")
    issue = ISSUE | {name: 1}
    assert errors(send(issue)) == (422, "invalid-submission", [f"/issue/{escaped}"])
    if name not in ("id", "image"):
        for place in ("/body/2", STORY, SOURCE, "/body/0/value"):
            value = changed()
            parent = value
            for key in place.split("/")[1:]:
                parent = parent[int(key) if key.isdigit() else key]
            parent[name] = 1
            assert errors(send(value))[2] == [f"/issue{place}/{escaped}"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *((path, value) for path in ("/title", HEADING) for value in (5, True, [], {})),
        *(("/date", value) for value in (20261130, ["2026-11-30"])),
        *(("/tags", value) for value in ("Cities", {}, [5], [["a"]], [{"name": 5}])),
        *(("/body", value) for value in ("x", {}, [5], [[]], [{"type": 5}], [{"type": []}])),
        *(("/body/2/value", value) for value in ("x", [], 1)),
        *((f"{STORY}/sources", value) for value in ("x", {}, ["https://e.org/"], [[]])),
        *((IMAGE, value) for value in (5, "https://e.org/a.png", [], {"id": "5"}, {"id": 1.0})),
        ("/slug", 5),
        ("/rich_text", 5),
        ("/byline", []),
        ("/body/2/id", 5),
        (f"{SOURCE}/published_on", 2026),
        (f"{IMAGE}", {"id": True}),
    ],
)
def test_wrong_type_is_malformed(send, path, value):
    response = send(changed(path, value))
    assert problem(response) == (400, "invalid-request")
    assert response.json()["errors"][0]["pointer"].startswith(f"/issue{path}")


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        *(
            ("/title", value, "")
            for value in ("", " ", None, "x" * 256, "a\x00b", "a\nb", "\ufffe")
        ),
        *(("/date", value, "") for value in ("", "abc", "2026-02-30", "20261130", "0000-01-01")),
        *(("/date", value, "") for value in ("2026-11-30T06:00:00Z", "99999-01-01", "2026-1-1")),
        *(("/slug", value, "") for value in ("../x", "a/b", "%2e", "x" * 256, "", "a b", "a\n")),
        *(("/slug", value, "") for value in ("\u202ea", "🤖", ".", "a;b")),
        *((HEADING, value, "") for value in ("", "x" * 256, "a\x0bb", "\u2028", None)),
        *((f"{STORY}/body", value, "") for value in ("a\x00b", "a\x1bb", "x" * 50_001)),
        *((f"{STORY}/{name}", None, "") for name in ("body", "why_it_matters", "sources")),
        *((f"{SOURCE}/url", value, "") for value in ("javascript:alert(1)", "example.org", "/a")),
        *((f"{SOURCE}/url", value, "") for value in ("https://e.org/" + "a" * 2000, "file:///a")),
        *((f"{SOURCE}/title", value, "") for value in ("", "x" * 301)),
        (f"{SOURCE}/published_on", "yesterday", ""),
        ("/rich_text", "text", ""),
        ("/byline", "x" * 256, ""),
        ("/tags", ["a", ""], "/1"),
        ("/tags", ["x" * 101], "/0"),
        ("/tags", [{"name": "a", "live": True}], "/0/live"),
        ("/tags", [{}], "/0/name"),
        ("/tags", [None], "/0"),
        (IMAGE, {}, ""),
        (IMAGE, {"alt": "A boat"}, ""),
        (IMAGE, {"id": 0}, "/id"),
        (IMAGE, {"id": -1}, "/id"),
        (IMAGE, {"id": 1, "file": "x"}, "/file"),
        ("/body", None, ""),
        ("/body", [None], "/0"),
        ("/body", [{}], "/0/type"),
        ("/body", [{"type": "story_section"}], "/0/value"),
        ("/body", [{"type": "nothing", "value": {}}], "/0/type"),
        ("/body", [{"type": "<script>" * 50, "value": {}}], "/0/type"),
        ("/body", [FERRY, {"type": "headline", "value": {}}], "/1/type"),
        ("/body", [SOURCES, FERRY], "/1/type"),
        ("/body", [SOURCES, SOURCES], "/1/type"),
        ("/body", [SOURCES | {"value": {"items": {}}}], "/0/value/items"),
    ],
)
def test_invalid_value_is_named(send, path, value, pointer):
    response = send(changed(path, value))
    expected = f"/issue{path}{pointer}"
    if isinstance(value, list) and value == [SOURCES | {"value": {"items": {}}}]:
        assert errors(response) == (400, "invalid-request", [expected])
        return
    assert problem(response) == (422, "invalid-submission"), response.json()
    assert response.json()["errors"][0]["pointer"] == expected
    assert not echoes(json.dumps(value), response.json())


HTML_TEXTS = ["<p>It glows.</p>", " \n\n  <H2>x</H2>", "<ul><li>a</li></ul>", "<table\n>", "<div/>"]


@pytest.mark.parametrize("path", [f"{STORY}/body", f"{STORY}/why_it_matters", "/body/3/value/text"])
def test_html_is_not_read_as_markdown(send, path):
    for text in HTML_TEXTS:
        response = send(changed(path, text))
        assert errors(response) == (422, "invalid-submission", ["/issue/rich_text"])
        assert response.json()["errors"][0] == {
            "pointer": "/issue/rich_text",
            "code": "html",
            "detail": 'A text looks like HTML: send "rich_text": "html".',
        }


def test_tag_of_a_wrong_type_may_be_one_of_two(send):
    response = send(changed("/tags", ["a", 5]))
    assert response.json()["errors"] == [
        {"pointer": "/issue/tags/1", "code": "type", "detail": "Use a string or an object."}
    ]


@pytest.mark.parametrize("text", ["\u200b", "\u00ad", "\ufeff", " \u2060\u202e "])
@pytest.mark.parametrize("path", ["/title", HEADING, f"{SOURCE}/title", "/tags/0"])
def test_text_that_nobody_can_see_is_blank(send, path, text):
    response = send(changed(path, text))
    assert errors(response) == (422, "invalid-submission", [f"/issue{path}"])
    assert response.json()["errors"][0]["code"] == "blank"
    assert response.json()["errors"][0]["detail"] == "This field may not be blank."


@pytest.mark.parametrize("missing", ["title", "date", "body"])
def test_missing_field_is_named(send, missing):
    issue = {name: value for name, value in ISSUE.items() if name != missing}
    assert errors(send(issue)) == (422, "invalid-submission", [f"/issue/{missing}"])


def test_exactly_one_of_document_and_issue_is_needed(send, submit):
    document = {"format": "markdown", "text": DOCUMENT}
    assert errors(send(document=document)) == (422, "invalid-submission", [""])
    response = submit(json.dumps({"digest": "daily"}), URL, content_type="application/json")
    assert errors(response) == (422, "invalid-submission", [""])


@pytest.mark.parametrize(
    ("path", "value", "limit"),
    [
        ("/body", [FERRY] * (limits.MAX_BLOCKS + 1), limits.MAX_BLOCKS),
        ("/body", [{"type": "headline"}] * 30_000, limits.MAX_BLOCKS),
        ("/tags", [str(number) for number in range(10_000)], limits.MAX_TAGS),
        (f"{STORY}/sources", [{"title": "a"}] * 10_000, limits.MAX_SOURCES),
        (f"{STORY}/body", "- a\n" * 100_000, limits.MAX_TEXT),
        (f"{STORY}/body", "x" * 900_000, limits.MAX_TEXT),
    ],
)
def test_limit_is_named(send, path, value, limit):
    response = send(changed(path, value))
    [error] = [e for e in response.json()["errors"] if e["pointer"] == f"/issue{path}"]
    assert (response.status_code, str(limit) in error["detail"]) == (422, True)


def test_texts_together_are_limited(send):
    long = FERRY | {"value": FERRY["value"] | {"body": "x" * 50_000}}
    response = send(changed("/body", [long] * 4))
    assert errors(response) == (422, "invalid-submission", ["/issue/body"])
    assert str(limits.MAX_TEXTS) in response.json()["errors"][0]["detail"]


def test_brackets_together_are_limited(send):
    long = FERRY | {"value": FERRY["value"] | {"body": "[" * 20_000}}
    response = send(changed("/body", [long] * 3))
    assert errors(response) == (422, "invalid-submission", ["/issue/body/2/value/body"])
    assert "50,000" in response.json()["errors"][0]["detail"]


def test_number_of_parts_is_limited(send):
    many = FERRY | {"value": FERRY["value"] | {"sources": [{"title": "a"}] * 180}}
    response = send(changed("/body", [many] * 5))
    assert errors(response) == (422, "invalid-submission", ["/issue/body"])
    assert "at most 800" in response.json()["errors"][0]["detail"]


def test_body_over_a_megabyte_is_too_large(send):
    assert problem(send(ISSUE, note="x" * 1_000_000)) == (413, "content-too-large")


def test_number_of_errors_is_limited(send):
    response = send(changed("/body", [{"type": "nothing"}] * 100))
    assert len(response.json()["errors"]) == 20


def test_lone_surrogate_is_malformed(submit):
    body = json.dumps({"digest": "daily", "issue": ISSUE}).replace("Lanterns", r"\ud800")
    response = submit(body, URL, content_type="application/json")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "encoding")
