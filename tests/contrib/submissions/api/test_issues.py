"""Issues that are sent as fields and blocks become the drafts that documents become."""

import json
import uuid
from copy import deepcopy

import pytest
from wagtail.blocks import CharBlock
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    GroupCollectionPermission,
    Page,
)

from digest.contrib.submissions.models import Submission
from digest.models import IssuePage
from tests.builders import block, make_image, make_issue, source, story
from tests.contrib.submissions.api.test_submitting import problem
from tests.contrib.submissions.conftest import DOCUMENT, FERRY, ISSUE, URL
from tests.docs.markdown import ROOT

pytestmark = pytest.mark.django_db


def changed(path="", value=None, issue=ISSUE):
    """Return a copy of the issue with another value at a JSON pointer below it."""
    issue = deepcopy(issue)
    if not path:
        return issue
    *parents, last = [int(name) if name.isdigit() else name for name in path.split("/")[1:]]
    place = issue
    for name in parents:
        place = place[name]
    place[last] = value
    return issue


def draft():
    return IssuePage.objects.get().get_latest_revision_as_object()


def without_ids(value):
    if isinstance(value, dict):
        return {key: without_ids(item) for key, item in value.items() if key != "id"}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


def stored(response):
    """Return the fields and the stored blocks of a new draft, and delete it."""
    assert response.status_code == 201, response.json()
    issue = draft()
    blocks = without_ids(issue.body.get_prep_value())
    fields = issue.title, issue.date, issue.byline, sorted(t.name for t in issue.tags.all())
    IssuePage.objects.get().delete()
    return fields, blocks


def errors(response):
    """Return the status, the type of problem, and the pointers of the errors."""
    return *problem(response), [error["pointer"] for error in response.json()["errors"]]


def test_issue_becomes_the_draft_of_the_same_document(submit, send):
    assert stored(send()) == stored(submit())


@pytest.mark.parametrize(
    "text",
    ["    <p>code</p>", "`<p>`", "<b>x</b> y", "A <p> is a tag", "<pre>", "<https://e.org/>"],
)
def test_markdown_with_tags_is_no_html(send, text):
    assert send(changed("/body/2/value/body", text), query="?dry_run=true").status_code == 200


def test_report_and_findings_have_pointers(send):
    issue = changed("/body/2/value/why_it_matters", "")
    data = send(issue).json()
    assert data["report"]["summary"] == (
        "2 tags, 2 stories, 1 why-it-matters part, 1 bottom-line part, 2 sources of stories, "
        "everything understood."
    )
    lines = data["report"]["lines"]
    assert {"place": "/issue/body/2", "role": "story", "text": FERRY["value"]["heading"]} in lines
    assert [line["place"] for line in lines if line["role"] == "source of story"] == [
        "/issue/body/1/value/sources/0",
        "/issue/body/2/value/sources/0",
    ]
    assert {
        "rule": "why_it_matters",
        "level": "warning",
        "message": "Story 2: Say why it matters.",
        "story": 2,
        "pointer": "/issue/body/2",
        "place": None,
    } in data["findings"]


TEXTS = [
    "<p>One <b>bold</b>, <i>italic</i>, <s>struck</s>, H<sub>2</sub>O, x<sup>2</sup>.<br/>Next.</p>"
    '<h3>A heading with <b>bold</b> type</h3><p><a href="https://example.org/a?b=1&amp;c=(d)">A '
    "link</a>, <code>code  &lt;b&gt;</code> and 1 &lt; 2 &amp; 3.</p><blockquote>Said.<br/>Twice."
    "</blockquote><ul><li>One<ul><li>Inner</li></ul></li><li>Two</li></ul><ol><li>First</li>"
    "<li>Second</li></ol>",
    "<p><code>if x:<br/>\xa0\xa0y()</code></p><p>- no item, # no heading, **no bold**</p>",
    "<p>• typed, [x](y) and &lt;script&gt;alert(1)&lt;/script&gt;</p><p>Sources: none</p>",
    "<p>مرحبا بالعالم، <b>نص</b> \u200f(1)</p><p>👩‍🔬 🇵🇹 é e\u0301 電力網</p>",
    "<p>Why it matters: not a label</p><p>## 1. Not a heading</p><p>Unsubscribe</p>",
]
FULL = [
    block(
        "headline", headline="مصابيح 🏮 on the canal", summary="Two lines.\nOne.\n\nAnd <b>1</b>."
    ),
    *(story(f"{number}. Story: *{number}*", body=text) for number, text in enumerate(TEXTS, 1)),
    story(
        "Sources of every kind",
        why_it_matters="<p>It <i>does</i>.</p><ul><li>Here</li></ul>",
        sources=[
            source(
                title="A, title — with [dashes]",
                url="https://example.org/a_(b)?c=d#e",
                publisher="The Wire, Inc.",
                author="A. Writer, B. Writer",
                published_on="2026-11-29",
            ),
            source(title="Not online", author="Somebody"),
            source(title="https://example.org/", url="https://example.org/"),
        ],
    ),
    block("bottom_line", text="<p>Less <b>light</b>.</p>"),
    block("sources", items=[source(title="Minutes", publisher="Council")]),
]


@pytest.fixture
def full(digest):
    """Return a published issue with everything that the four blocks can have."""
    fields = {"title": "Lanterns & <lamps>", "byline": "Ada Okafor", "tags": ("Art", "電力 & <b>")}
    return make_issue(digest, 14, body=json.dumps(FULL), **fields)


def from_api(client, issue, rich_text):
    """Return an issue as the API has it, and the same as one submits it."""
    data = client.get(f"/api/v1/issues/{issue.pk}/?rich_text={rich_text}").json()
    names = ("title", "date", "slug", "byline", "tags", "body")
    return data, {name: without_ids(data[name]) for name in names} | {"rich_text": rich_text}


@pytest.mark.parametrize("rich_text", ["markdown", "html"])
def test_published_issue_is_as_it_was_read(send, client, full, rich_text):
    before, issue = from_api(client, full, rich_text)
    IssuePage.objects.get().delete()
    response = send(issue)
    assert response.status_code == 201, response.json()
    assert response.json()["report"]["notes"] == []
    assert response.json()["report"]["not_understood"] == 0
    IssuePage.objects.get().get_latest_revision().publish()
    again, _ = from_api(client, IssuePage.objects.get(), rich_text)
    for name in ("title", "date", "slug", "byline", "tags", "headline", "summary", "body"):
        assert without_ids(again[name]) == without_ids(before[name]), name


def test_html_of_the_api_is_stored_as_it_was(send, client, full):
    before = [block.value["body"].source for block in full.stories]
    issue = from_api(client, full, "html")[1]
    full.delete()
    send(issue)
    after = [block.value["body"].source.replace("&nbsp;", "\xa0") for block in draft().stories]
    assert after == before


@pytest.mark.parametrize(
    ("rich_text", "text", "expected"),
    [
        ("html", "It turns.", "<p>It turns.</p>"),
        ("html", "<p>A</p>\n\n<p>B\nc</p>\n", "<p>A</p><p>B c</p>"),
        ("html", "<h2>A</h2><p><strong>b</strong> c</p>", "<h3>A</h3><p><b>b</b> c</p>"),
        ("html", "<p><em>a</em> <del>b</del></p>", "<p><i>a</i> <s>b</s></p>"),
        ("html", "<div>A</div><div>B &amp; C</div>", "<p>A</p><p>B &amp; C</p>"),
        ("html", "<h1>A</h1><table><tr><td>1</table>", "<h3>A</h3><p>1</p>"),
        ("html", "<p>A<br/>b</p><img src='https://e.org/a.png'>", "<p>A<br/>b</p>"),
        ("html", '<p><a href="/about/">A</a></p>', "<p>A</p>"),
        ("markdown", "# A\n\n1. b\n2. c\n\n***", "<h3>A</h3><ol><li>b</li><li>c</li></ol>"),
        ("markdown", "    x = 1\n    y = 2", "<p><code>x = 1<br/>y = 2</code></p>"),
        ("markdown", "Sources: [a](https://e.org/)", '<p>Sources: <a href="https://e.org/">a</a></p>'),
        ("markdown", "## Bottom line\n\nText", "<h3>Bottom line</h3><p>Text</p>"),
        ("markdown", "[A](/about/)", "<p>A</p>"),
        ("markdown", "A <!-- secret --> b", "<p>A b</p>"),
        ("markdown", "See https://e.org/?utm_source=x", '<p>See <a href="https://e.org/">https://e.org/</a></p>'),
    ],
)  # fmt: skip
def test_texts_are_read_in_their_format(send, rich_text, text, expected):
    response = send(changed("/body/2/value/body", text) | {"rich_text": rich_text})
    assert response.status_code == 201, response.json()
    assert draft().stories[1].value["body"].source.strip() == expected


def test_text_that_is_not_understood_stays_in_its_field(send):
    text = "[unused]: https://example.org/\n"
    for path, name in [
        ("/body/2/value/why_it_matters", "why_it_matters"),
        ("/body/2/value/body", "body"),
    ]:
        data = send(changed(path, text), query="?dry_run=true").json()
        assert (data["publishable"], data["report"]["not_understood"]) == (False, 1)
        response = send(changed(path, text) | {"title": name, "slug": name.replace("_", "-")})
        issue = IssuePage.objects.get(pk=response.json()["issue"]["id"])
        assert "unused" in str(issue.stories[1].value[name]), name


def test_invisible_characters_are_removed_with_a_note(send):
    response = send(changed("/body/2/value/heading", "A\u200b fer\u00adry"))
    assert draft().stories[1].value["heading"] == "A ferry"
    assert response.json()["report"]["notes"] == [
        "/issue/body/2: 2 invisible characters removed (U+00AD, U+200B), the first in line 1"
    ]


def test_tags_may_be_those_of_the_api(send):
    tags = [{"name": "Cities", "slug": "cities"}, "Light", "light"]
    send(changed("/tags", tags))
    assert sorted(tag.name for tag in draft().tags.all()) == ["Cities", "Light"]


def test_issue_needs_no_blocks(send):
    data = send(changed("/body", [])).json()
    assert (data["did"], data["report"]["not_understood"]) == ("created", 0)
    assert {finding["pointer"] for finding in data["findings"]} <= {"/issue/body", "/issue/title"}


def test_what_was_sent_is_stored(send):
    send(made_with="night-writer")
    submission = Submission.objects.get()
    assert (json.loads(submission.document), submission.made_with) == (ISSUE, "night-writer")


@pytest.fixture
def url(send):
    return send()["Location"]


def with_ids(issue=ISSUE):
    """Return the issue with the ids of the blocks of its draft."""
    pairs = zip(issue["body"], draft().body.get_prep_value(), strict=True)
    return issue | {"body": [sent | {"id": block["id"]} for sent, block in pairs]}


def test_same_issue_changes_nothing(send, url):
    for issue in (ISSUE, with_ids()):
        response = send(issue, url, "put")
        assert (response.status_code, response.json()["did"]) == (200, "unchanged")


def test_document_and_issue_replace_each_other(submit, send, url):
    headers = {"Idempotency-Key": None, "If-Match": "*"}
    assert submit(DOCUMENT, url, method="put", headers=headers).json()["did"] == "unchanged"
    assert send(ISSUE, url, "put").json()["did"] == "unchanged"


def test_block_with_an_id_stays_the_same_block(send, read, url):
    issue = with_ids()
    issue["body"][1], issue["body"][2] = issue["body"][2], issue["body"][1]
    assert send(issue, url, "put").json()["did"] == "updated"
    assert [b["id"] for b in draft().body.get_prep_value()] == [b["id"] for b in issue["body"]]
    assert read(url).json()["outcome"]["stories"] == {
        "kept": 2, "edited": 0, "dropped": 0, "added": 0
    }  # fmt: skip
    renamed = changed("/body/1/value/heading", "Another heading", issue)
    send(renamed, url, "put")
    assert draft().stories[0].id == issue["body"][1]["id"]


def test_block_without_an_id_does_not_take_one_that_was_sent(send, url):
    issue = with_ids()
    issue["body"][1]["value"] = issue["body"][1]["value"] | {"heading": "Renamed"}
    first = {"type": "story_section", "value": ISSUE["body"][1]["value"]}
    issue["body"].insert(2, first)
    assert send(issue, url, "put").status_code == 200
    ids = [story.id for story in draft().stories]
    assert (ids[0], len(set(ids))) == (issue["body"][1]["id"], 3)


def foreign_ids(digest):
    other = make_issue(digest, 12)
    return [other.body[0].id, other.stories[0].id, str(uuid.uuid4()), "x", "../1", "None"]


def test_id_of_another_block_is_named(send, digest, url):
    before = draft().body.get_prep_value()
    for block_id in foreign_ids(digest):
        for position in range(4):
            issue = deepcopy(ISSUE)
            issue["body"][position]["id"] = block_id
            expected = (422, "invalid-submission", [f"/issue/body/{position}/id"])
            assert errors(send(issue, url, "put")) == expected
            assert errors(send(issue | {"slug": "new"})) == expected
    draft_now = Submission.objects.get().issue.get_latest_revision_as_object()
    assert draft_now.body.get_prep_value() == before
    assert IssuePage.objects.count() == 2


def test_id_of_a_block_of_another_type_or_twice_is_named(send, url):
    issue = with_ids()
    ids = [block["id"] for block in issue["body"]]
    issue["body"][3]["id"], issue["body"][1]["id"] = ids[1], ids[0]
    assert errors(send(issue, url, "put"))[2] == ["/issue/body/1/id"]
    issue["body"][1]["id"] = ids[1]
    assert errors(send(issue, url, "put"))[2] == ["/issue/body/3/id"]


@pytest.mark.parametrize(
    ("kind", "value"), [("bottom_line", {"text": " "}), ("sources", {"items": []})]
)
def test_id_of_an_empty_block_is_checked_too(send, url, kind, value):
    issue = deepcopy(ISSUE) | {"body": [*ISSUE["body"][:3], {"type": kind, "value": value}]}
    issue["body"][3]["id"] = "nonsense"
    assert errors(send(issue, url, "put")) == (422, "invalid-submission", ["/issue/body/3/id"])


def test_block_with_its_id_is_removed_by_leaving_it_empty(send, url):
    issue = with_ids()
    issue["body"][3]["value"] = {"text": ""}
    assert send(issue, url, "put").json()["did"] == "updated"
    assert [block.block_type for block in draft().body][-1] == "story_section"


@pytest.mark.parametrize("byline", ["", " ", "\u200b"])
def test_empty_byline_removes_it_and_none_keeps_it(send, byline):
    url = send(ISSUE | {"byline": "Ada Quill"})["Location"]
    assert send(ISSUE, url, "put").json()["did"] == "unchanged"
    assert send(ISSUE | {"byline": byline}, url, "put").json()["did"] == "updated"
    assert draft().byline == ""


def test_tags_that_are_left_out_are_removed(send, url):
    send({name: value for name, value in ISSUE.items() if name != "tags"}, url, "put")
    assert not draft().tags.exists()


IMAGE = "/body/2/value/image"


def image_of(position=1):
    return draft().stories[position].value["image"]


def test_image_is_one_of_the_library(send):
    image = make_image("Ferry at the jetty")
    send(changed(IMAGE, {"id": image.pk}))
    assert (image_of().pk, image_of().contextual_alt_text) == (image.pk, "Ferry at the jetty")


@pytest.mark.parametrize(("alt", "decorative"), [("A boat", False), ("", True)])
def test_image_has_the_alt_text_that_was_sent(send, alt, decorative):
    send(changed(IMAGE, {"id": make_image().pk, "alt": alt}))
    assert (image_of().contextual_alt_text or "", image_of().decorative) == (alt, decorative)


def test_image_that_the_user_may_not_choose_is_named(send, curator):
    hidden = Collection.get_first_root_node().add_child(name="Hidden")
    private = make_image(collection=hidden)
    restriction = CollectionViewRestriction.LOGIN
    CollectionViewRestriction.objects.create(collection=hidden, restriction_type=restriction)
    group = curator.groups.get()
    for permission in group.collection_permissions.filter(permission__codename="choose_image"):
        permission.delete()
    open_to_all = Collection.get_first_root_node().add_child(name="Open")
    GroupCollectionPermission.objects.create(
        group=group, collection=open_to_all, permission=permission.permission
    )
    for image_id in (private.pk, 999_999, 999_999_999_999_999):
        response = send(changed(IMAGE, {"id": image_id}))
        assert errors(response) == (422, "invalid-submission", ["/issue/body/2/value/image/id"])
    assert not IssuePage.objects.exists()
    assert send(changed(IMAGE, {"id": make_image(collection=open_to_all).pk})).status_code == 201


def test_image_url_is_not_fetched(send):
    data = send(changed(IMAGE, {"url": "https://example.org/ferry.jpg"})).json()
    assert {
        "rule": "image_url_not_fetched",
        "level": "warning",
        "message": "Story 2: Choose the image: its URL was not fetched.",
        "story": 2,
        "pointer": "/issue/body/2/value/image",
        "place": None,
    } in data["findings"]
    assert (image_of(), data["publishable"]) == (None, True)


@pytest.mark.parametrize(
    ("rich_text", "text"),
    [
        ("markdown", "It leaves.\n\n- ![A boat](https://e.org/a.png) ![B](https://e.org/b.png)"),
        ("markdown", 'It leaves. <img src="https://e.org/a.png" alt="A boat">'),
        ("html", "<p>It leaves.</p><img src='https://e.org/a.png' alt='A boat'>"),
    ],
)
def test_image_in_a_text_is_not_fetched(send, rich_text, text):
    issue = changed("/body/2/value/body", text) | {"rich_text": rich_text}
    issue["body"][3]["value"]["text"] = text
    data = send(issue).json()
    found = [each for each in data["findings"] if each["rule"] == "image_url_not_fetched"]
    assert [(each["pointer"], each["message"]) for each in found] == [
        ("/issue/body/2/value/body", "Story 2: Choose the image: its URL was not fetched."),
        ("/issue/body/3/value/text", "Choose the image: its URL was not fetched."),
    ]
    assert (found[0]["story"], found[1]["story"], data["publishable"]) == (2, None, True)
    assert "It leaves." in str(draft().stories[1].value["body"])


def test_image_of_the_api_is_ignored(send, client, full):
    image = make_image()
    url = send(changed(IMAGE, {"id": image.pk, "alt": "A boat"}))["Location"]
    issue = Submission.objects.get().issue
    issue.get_latest_revision().publish()
    _, again = from_api(client, issue, "markdown")
    assert again["body"][2]["value"]["image"]["alt"] == "A boat"
    data = send(again, url, "put").json()
    assert (data["did"], "image_url_not_fetched" in str(data)) == ("unchanged", False)
    data = send(again | {"slug": "copy"}).json()
    assert [f["pointer"] for f in data["findings"] if f["rule"] == "image_url_not_fetched"] == [
        "/issue/body/2/value/image"
    ]


def test_other_image_is_set_by_a_replacement(send, url):
    first, second = make_image(), make_image()
    for image in (first, second):
        send(changed(IMAGE, {"id": image.pk}), url, "put")
        assert image_of().pk == image.pk
    send(ISSUE, url, "put")
    assert image_of().pk == second.pk


def test_block_of_a_site_is_not_writable(send, monkeypatch):
    stream = IssuePage._meta.get_field("body").stream_block
    monkeypatch.setitem(stream.child_blocks, "chart", CharBlock())
    issue = changed("/body", [*ISSUE["body"], {"type": "chart", "value": "x"}])
    assert errors(send(issue)) == (422, "block-not-writable", ["/issue/body/4/type"])
    assert not IssuePage.objects.exists()


@pytest.fixture
def chart(monkeypatch):
    """Let the site have a type of block of its own."""
    block = CharBlock()
    block.set_name("chart")
    stream = IssuePage._meta.get_field("body").stream_block
    monkeypatch.setitem(stream.child_blocks, "chart", block)


def kinds():
    return [
        block.value if block.block_type == "chart" else block.block_type for block in draft().body
    ]


def add_charts(*places):
    """Let an editor add blocks of the site at these positions."""
    issue = draft()
    blocks = list(issue.body.get_prep_value())
    for place in places:
        blocks.insert(
            place, {"type": "chart", "value": f"chart at {place}", "id": str(uuid.uuid4())}
        )
    issue.body = issue.body.stream_block.to_python(blocks)
    issue.save_revision()


@pytest.mark.parametrize("kind", ["document", "issue"])
def test_blocks_of_a_site_stay_in_their_place(submit, send, chart, url, kind):
    add_charts(0, 2, 4, 5)
    before = kinds()

    def put(old, new):
        if kind == "issue":
            return send(json.loads(json.dumps(ISSUE).replace(old, new)), url, "put")
        headers = {"Idempotency-Key": None, "If-Match": "*"}
        return submit(DOCUMENT.replace(old, new), url, method="put", headers=headers)

    assert put("Bats", "Bats").json()["did"] == "unchanged"
    assert put("Bats", "Owls").json()["did"] == "updated"
    assert kinds() == before
    put("A ferry without a timetable", "A ferry of another name")
    assert sorted(kinds()) == sorted(before)


def test_block_of_a_site_goes_with_the_one_before_it(send, chart, url):
    issue = with_ids()
    add_charts(2, 4)
    issue["body"][1], issue["body"][2] = issue["body"][2], issue["body"][1]
    send(issue, url, "put")
    story, first, second = "story_section", "chart at 2", "chart at 4"
    assert kinds() == ["headline", story, second, story, first, "bottom_line"]
    del issue["body"][1]
    send(issue, url, "put")
    assert kinds() == ["headline", second, story, first, "bottom_line"]


def test_published_issue_that_stays_the_same_is_not_changed(submit, send, url):
    IssuePage.objects.get().get_latest_revision().publish()
    assert send(ISSUE, url, "put").json()["did"] == "unchanged"
    headers = {"Idempotency-Key": None, "If-Match": "*"}
    assert submit(DOCUMENT, url, method="put", headers=headers).json()["did"] == "unchanged"
    assert IssuePage.objects.get().revisions.count() == 1


def test_published_issue_is_corrected_by_its_ids(send, read, client, url):
    IssuePage.objects.get().get_latest_revision().publish()
    data = client.get(f"/api/v1/issues/{IssuePage.objects.get().pk}/?rich_text=markdown").json()
    issue = {name: data[name] for name in ("title", "date", "slug", "tags", "body")}
    issue["body"][1]["value"]["heading"] = "Lamps, corrected"
    assert send(issue, url, "put").json()["did"] == "updated"
    IssuePage.objects.get().get_latest_revision().publish()
    stories = read(url).json()["outcome"]["stories"]
    assert stories == {"kept": 2, "edited": 0, "dropped": 0, "added": 0}
    again = client.get(f"/api/v1/issues/{IssuePage.objects.get().pk}/").json()
    assert [block["id"] for block in again["body"]] == [block["id"] for block in issue["body"]]


def test_same_issue_is_replayed(submit):
    body = json.dumps({"digest": "daily", "issue": ISSUE})
    options = {"content_type": "application/json", "headers": {"Idempotency-Key": "one"}}
    first, second = (submit(body, URL, **options) for _ in range(2))
    assert (first.content, second["Idempotency-Replayed"]) == (second.content, "true")
    other = submit(body.replace("Lanterns", "Lamps"), URL, **options)
    assert problem(other) == (422, "idempotency-key-reused")


def test_issue_with_the_slug_of_another_exists(send, digest):
    make_issue(digest, 12, slug="taken")
    assert problem(send(ISSUE | {"slug": "taken"})) == (409, "issue-exists")


def test_what_the_page_rejects_has_its_pointer(send, digest):
    digest.add_child(instance=Page(title="About", slug="about"))
    assert errors(send(ISSUE | {"slug": "about"}))[1:] == ("invalid-submission", ["/issue/slug"])


def test_findings_of_a_field_have_its_pointer(send):
    issue = changed("/body/0/value/summary", "word " * 400)
    found = {f["rule"]: f["pointer"] for f in send(issue).json()["findings"]}
    assert found["summary_length"] == "/issue/body/0"


def test_example_of_the_docs_is_understood(submit, digest, api_key):
    text = (ROOT / "docs" / "how-to" / "curate-by-machine.md").read_text()
    example = text.partition("## Typed JSON")[2].partition("```json\n")[2].partition("```")[0]
    digest.slug = "signals"
    digest.save()
    response = submit(example, URL, content_type="application/json")
    assert response.status_code == 201, response.json()
    data = response.json()
    assert (data["publishable"], data["report"]["not_understood"]) == (True, 0)
    [source] = draft().stories[0].value["sources"]
    assert (source["publisher"], str(source["published_on"])) == ("The city", "2026-11-28")
