"""Test the Markdown of issues, and that the importer reads it back."""

import pytest
import yaml
from django.test.utils import override_settings

from digest.importing import map_parts, read_document, read_parts
from digest.models import IssuePage
from digest.pages.listing import with_digests
from digest.rendering.bodies import public_bodies
from digest.rendering.images import public_images
from digest.rendering.markdown import issue_markdown
from tests.builders import block, body, make_image, make_issue, restrict, source, story

pytestmark = pytest.mark.django_db


def document(issue):
    """Return the Markdown of an issue as the API does."""
    [issue] = with_digests([IssuePage.objects.get(pk=issue.pk)])
    [data] = public_bodies([issue.body], "http://localhost")
    image = public_images([issue.image], "http://localhost")[issue.image] if issue.image else None
    return issue_markdown(issue, data, image)


def front_matter(text):
    """Parse the front matter of a document."""
    return yaml.safe_load(text.split("---\n")[1])


def imported(issue):
    """Import the Markdown of an issue."""
    return map_parts(read_parts(read_document(document(issue).encode(), "issue.md")))


def texts(value):
    """Remove ids and images from blocks, since Markdown does not have them."""
    if isinstance(value, dict):
        return {key: texts(each) for key, each in value.items() if key not in ("id", "image")}
    return [texts(each) for each in value] if isinstance(value, list) else value


def test_byline_is_imported_and_the_correction_note_left_out(digest):
    issue = make_issue(digest, byline="Ada: Okafor", correction="It is Porto.\r\n\r\nNot Lisbon.")
    matter = front_matter(document(issue))
    assert matter["correction"] == "It is Porto.\n\nNot Lisbon."
    assert matter["corrected_at"]
    assert imported(issue).byline == matter["byline"] == "Ada: Okafor"


def test_document_has_all_content_in_order(digest):
    blocks = [
        story(
            "One", body="<p>A <b>b</b></p>", sources=[source(title="S", url="https://example.com/")]
        ),
        story("Two", why_it_matters=""),
        block("bottom_line", text="<p>In the end.</p>"),
        block("sources", items=[source(publisher="P", author="A", published_on="2026-04-10")]),
    ]
    issue = make_issue(digest, title="Title", body=body(*blocks, summary="All.\nOf it."))
    assert document(issue).split("---\n", 2)[2].strip() == (
        "# Title\n\nAll.\\\nOf it.\n\n"
        "## One\n\nA **b**\n\n**Why it matters**\n\nIt counts.\n\n**Sources**\n\n- [S](https://example.com/)\n\n"
        "## Two\n\nIt happened.\n\n"
        "## The bottom line\n\nIn the end.\n\n"
        "## Sources\n\n- A source — P, A, 2026-04-10"
    )


def test_front_matter_is_yaml_for_any_title(digest):
    title = "A: 'b' #c --- \"d\"\\"
    issue = make_issue(digest, title=title, tags=("One, two", "C#"), image=make_image("A grid"))
    data = front_matter(document(issue))
    assert (data["title"], data["digest"], data["number"]) == (title, "Daily", 1)
    assert str(data["date"]) == "2026-04-14"
    assert data["tags"] == ["C#", "One, two"]
    assert data["url"] == "http://localhost/daily/2026-04-14/"
    assert (data["locale"], data["image_alt"]) == ("en", "A grid")
    assert data["image"].startswith("http://localhost/media/")
    assert data["published_at"].endswith("Z")
    assert data["updated_at"] >= data["published_at"]


def test_front_matter_has_the_frontend_url(digest):
    issue = make_issue(digest)
    with override_settings(DIGEST_FRONTEND_URLS={"http://localhost": "https://read.example"}):
        assert front_matter(document(issue))["url"] == "https://read.example/daily/2026-04-14/"


def test_hidden_digest_is_not_in_the_front_matter(digest):
    issue = make_issue(digest)
    restrict(digest)
    assert "Daily" not in document(issue)


def test_image_of_a_story_has_its_alt_text(digest):
    image = {"image": make_image().pk, "decorative": False, "alt_text": "A [grid]"}
    text = document(make_issue(digest, body=body(story(image=image))))
    assert "\n\n![A \\[grid\\]](http://localhost/media/images/" in text


def test_importer_reads_an_issue_back(digest):
    rich = (
        "<p>Text with <b>bold</b>, <i>fine</i>, <code>code*</code> &amp; "
        '<a href="https://x.y/a(b)">a link</a>.<br/>1. Line</p><h3>More #</h3>'
        "<ul><li>A<ul><li>B_</li></ul></li><li>C</li></ul><ol><li>D</li></ol>"
        "<blockquote>Said.</blockquote><p>&lt;script&gt; [x](y)</p>"
    )
    cited = source(
        title="T [1] *", url="https://example.com/?a=1&b=2", publisher="P", author="A, B"
    )
    dated = source(title="No link", publisher="P", published_on="2026-04-10")
    blocks = [
        story("One *and* # two", body=rich, why_it_matters="<p>W</p>", sources=[cited, dated]),
        story("Bottom line: rates rise", why_it_matters=""),
        story("Sources", body="<p>Why it matters: all of it.</p>", sources=[]),
        block("bottom_line", text="<p>The <b>end</b>.</p>"),
        block("sources", items=[source(title="Last", url="https://example.com/")]),
    ]
    text = body(*blocks, summary="Tags: none\n\nOf # it.")
    issue = make_issue(digest, title="A title", tags=("AI",), body=text)
    draft = imported(issue)
    assert texts(draft.body()) == texts(list(issue.body.raw_data))
    assert (draft.title, str(draft.date), draft.tags) == ("A title", "2026-04-14", ["AI"])


def test_importer_reads_a_separate_headline_back(digest):
    opening = block("headline", headline="Other *words*", summary="S")
    issue = make_issue(digest, title="A title")
    issue.body = issue.body.stream_block.to_python([opening, story()])
    issue.save_revision().publish()
    draft = imported(issue)
    assert (draft.title, draft.headline) == ("A title", "Other *words*")


def test_custom_block_has_all_its_texts(digest):
    issue = make_issue(digest, tags=())
    image = {
        "alt": "A",
        "renditions": [{"url": "https://x.y/a.jpg", "width": 1, "format": "jpeg"}],
    }
    nested = [{"type": "quote", "id": "x", "value": "One\nmore"}]
    value = {"name": "A *b*", "message": "<p>Bold <b>c</b></p>", "rate": 4.5, "image": image}
    own = {"type": "own_block", "id": "y", "value": value | {"on": True, "no": None, "in": nested}}
    text = issue_markdown(issue, [own], None).split("---\n", 2)[2]
    assert text.partition("### ")[2] == (
        "Own block\n\nA \\*b\\*\n\nBold **c**\n\nrate: 4.5\n\n![A](https://x.y/a.jpg)\n\nOne\\\nmore\n"
    )


def test_hostile_issue_is_a_valid_document(digest):
    evil = "---\n\x0b\ufffe]]><script>" * 9
    blocks = [story(evil[:200], body=f"<p>{evil}</p>"), block("bottom_line", text="<h2>a</h2>")]
    issue = make_issue(digest, body=body(*blocks, summary=evil + "x" * 1_000_000))
    IssuePage.objects.filter(pk=issue.pk).update(first_published_at=None, last_published_at=None)
    text = document(issue)
    assert front_matter(text)["published_at"] == "2026-04-14T00:00:00Z"
    assert "\x0b" not in text
    assert "\ufffe" not in text
    assert text.count("\n## ") == 2


def test_missing_values_are_left_out(digest):
    empty = {"heading": None, "body": None, "why_it_matters": None, "image": None, "sources": None}
    names = ["title", "url", "publisher", "author", "published_on"]
    cited = empty | {"sources": [dict.fromkeys(names)]}
    blocks = [{"type": "story_section", "id": "x", "value": value} for value in (empty, cited)]
    text = issue_markdown(make_issue(digest), blocks, None)
    assert text.endswith("What happened today.\n\n**Sources**\n\n- \n")
