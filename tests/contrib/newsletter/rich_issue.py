"""An issue with every kind of content that a mail shows."""

from typing import Any

from tests.builders import block, body, make_issue, source, story


def make_rich_issue(digest: Any, *more: dict[str, Any], images: Any = ()) -> Any:
    """Create an issue with every kind of content, and with up to three images."""
    at_top, in_story, in_text = [*images, None, None, None][:3]
    other = make_issue(digest, 13, title="The day before")
    text = (
        f'<p>Grids <b>agree</b> on <a linktype="page" id="{other.pk}">one plan</a>, '
        f'says <a href="mailto:desk@example.org">the desk</a>.</p>'
        "<h3>Next steps</h3><ul><li>Measure &amp; publish</li><li>Wait</li></ul>"
        "<blockquote>Less is more.</blockquote><p>Run <code>make test</code><br/>twice.</p>"
        f'<embed embedtype="image" id="{in_text and in_text.pk}" format="left" alt="A pylon"/>'
    )
    report = source(
        title="A report",
        url="https://example.com/report?a=1&b=2",
        author="A. Writer",
        publisher="The Wire",
        published_on="2026-04-12",
    )
    image = {"alt_text": "A map of grids", "decorative": False}
    image |= {"image": in_story and in_story.pk}
    stories = [
        story("Grids agree", body=text, image=image, sources=[report, source(title="Minutes")]),
        story("Quiet & <small>", why_it_matters="", body="<p>Nothing <i>happened</i>.</p>"),
    ]
    closing = [
        block("bottom_line", text="<p>Shared data counts.</p>"),
        block("sources", items=[source(title="Yearbook", publisher="Port Authority")]),
    ]
    fields = {
        "body": body(*stories, *more, *closing, summary="All in brief.\nIn two lines."),
        "image": at_top,
        "number": 7,
    }
    return make_issue(digest, 14, title="Three grids", **fields)
