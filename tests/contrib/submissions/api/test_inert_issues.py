"""Markup in any text of a submitted issue is inert in every output."""

import csv
import re
from itertools import islice
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from markdown_it import MarkdownIt

from digest.models import IssuePage
from tests.contrib.submissions.conftest import ISSUE

pytestmark = pytest.mark.django_db

# Each attack calls ``xss7``.
ATTACKS = [
    "<script>xss7()</script>",
    "</script><script>xss7()</script>",
    '<img src=x onerror="xss7()">',
    '"><svg onload=xss7()>',
    "' autofocus onfocus=xss7() x='",
    '<a href="javascript:xss7()">x</a>',
    '<a href="java\tscript:xss7()">x</a>',
    '<a href="&#106;avascript:xss7()">x</a>',
    '<a href="vbscript:xss7()">x</a>',
    '<a href="data:text/html,<script>xss7()</script>">x</a>',
    "<svg><style><img src=x onerror=xss7()></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=xss7()></style></mglyph></table>",
    '<iframe srcdoc="<script>xss7()</script>"></iframe>',
    '<form action="javascript:xss7()"><button>x</button></form>',
    '<a linktype="page" id="1"><img src=x onerror=xss7()>',
    '<embed embedtype="media" url="http://169.254.169.254/?xss7"/>',
    '<p style="background:url(javascript:xss7())">x</p>',
    "[x](javascript:xss7())",
    "![x](javascript:xss7())",
    "<javascript:xss7()>",
    "[x]: javascript:xss7()\n\n[x]",
    "{{constructor.constructor('xss7()')()}}",
    "<!--><img src=x onerror=xss7()>-->",
    '<p>a</p><p onclick="xss7()">b</p>',
]


def batched(items, size):
    items = iter(items)
    return iter(lambda: list(islice(items, size)), [])


SCHEMES = re.compile(r"(?:javascript|vbscript|data:text)", re.IGNORECASE)
ACTIVE = ("style", "srcdoc")
OTHER_TAG = re.compile(r"<(?!/?(?:p|h3|ul|ol|li|blockquote|a|b|i|s|code|br|su[bp])\b)")
DATA = ("application/json", "application/ld+json", "text/template", "text/django-form-template")


def running(html):
    """Return what a browser would run of a page: scripts, handlers, styles and URLs."""
    found = []
    for element in BeautifulSoup(html, "html.parser").find_all(True):
        for name, value in element.attrs.items():
            text = "".join(str(value).split())
            is_url = name in ("href", "src", "action") and SCHEMES.match(text)
            found += [text] if name.startswith("on") or name in ACTIVE or is_url else []
        if element.name in ("script", "style") and element.get("type") not in DATA:
            found.append(element.get_text())
    return " ".join(found)


def hostile(attacks, rich_text, slug):
    """Return an issue with attacks in each of its texts, one in those of each story."""
    lines = [" ".join(attack.split()) for attack in attacks]
    line = " ".join(lines)
    return {
        "title": f"T {line}"[:255],
        "date": "2026-11-30",
        "byline": f"B {line}"[:255],
        "tags": [f"G {each}"[:100] for each in lines],
        "slug": slug,
        "rich_text": rich_text,
        "body": [
            {"type": "headline", "value": {"headline": f"H {line}"[:255], "summary": f"S {line}"}},
            *map(hostile_story, attacks, lines),
            {"type": "bottom_line", "value": {"text": "\n\n".join(["ok", *attacks])}},
            {"type": "sources", "value": {"items": [hostile_source(each) for each in lines]}},
        ],
    }


def hostile_story(attack, line):
    value = {
        "heading": f"h {line}",
        "body": f"ok\n\n{attack}\n\nx {attack}",
        "why_it_matters": f"w {attack}",
        "image": {"url": f"https://e.org/{line}"},
        "sources": [hostile_source(line)],
    }
    return {"type": "story_section", "value": value}


def hostile_source(line):
    url = "https://e.org/?a=%22%3E%3Cscript%3Exss7()"
    return {"title": f"s {line}", "url": url, "publisher": line, "author": line}


def rows_of(export):
    text = b"".join(export.streaming_content).decode()
    return list(csv.reader(text.splitlines()))


def rich_texts(data):
    """Yield the texts of an issue of the API that are HTML; others are plain text."""
    for block in data["body"]:
        for name in ("body", "why_it_matters", "text"):
            yield block["value"].get(name, "")


def outputs(client, pk):
    """Yield the name and the HTML of each public output."""
    yield "page", client.get(IssuePage.objects.get(pk=pk).url).content.decode()
    yield "digest", client.get("/daily/").content.decode()
    for text in rich_texts(client.get(f"/api/v1/issues/{pk}/").json()):
        yield "api", text
    for rich_text in ("markdown", "text"):
        data = client.get(f"/api/v1/issues/{pk}/?rich_text={rich_text}").json()
        for text in rich_texts(data) if rich_text == "markdown" else ():
            yield "api as markdown", MarkdownIt("commonmark").render(text)
    document = client.get(f"/api/v1/issues/{pk}.md").content.decode()
    yield "markdown", MarkdownIt("commonmark").render(document.partition("\n---\n")[2])
    for name in ("rss.xml", "atom.xml"):
        feed = ElementTree.fromstring(client.get(f"/feeds/daily/{name}").content)  # noqa: S314
        for element in feed.iter():
            if element.tag.endswith(("encoded", "content", "summary", "description")):
                yield name, element.text or ""
    for item in client.get("/feeds/daily/feed.json").json()["items"]:
        yield "feed.json", item["content_html"]


def admin_screens(client, pk, preview_url):
    yield "preview", client.get(preview_url).content.decode()
    edit_url = reverse("wagtailadmin_pages:edit", args=[pk])
    yield "edit", client.get(edit_url).content.decode()
    yield "history", client.get(reverse("wagtailadmin_pages:history", args=[pk])).content.decode()
    yield "submissions", client.get("/admin/digest/submissions/").content.decode()


@pytest.mark.parametrize("rich_text", ["markdown", "html"])
def test_markup_is_inert_in_every_output(send, admin_client, rich_text):
    for number, attacks in enumerate(batched(ATTACKS, 6)):
        issue = hostile(attacks, rich_text, f"a-{number}")
        line = issue["title"][2:202]
        response = send(issue, query="?preview=true", made_with=line, note="\n".join(attacks))
        assert response.status_code == 201, response.json()
        found = response.json()["issue"]
        screens = list(admin_screens(admin_client, found["id"], found["preview_url"]))
        stored = IssuePage.objects.get(pk=found["id"]).get_latest_revision_as_object()
        for text in rich_texts({"body": stored.body.get_prep_value()}):
            assert not OTHER_TAG.search(text)
        IssuePage.objects.get(pk=found["id"]).get_latest_revision().publish()
        for name, html in [*screens, *outputs(admin_client, found["id"])]:
            assert "xss7" not in running(html), (attacks, name)
    rows = rows_of(admin_client.get("/admin/digest/submissions/?export=csv"))
    assert len([row for row in rows if "xss7" in str(row)]) == number + 1


def test_formula_is_escaped_in_the_export(send, admin_client):
    send(ISSUE | {"title": "=1+1"}, made_with="@SUM(A1)", note="+x")
    rows = rows_of(admin_client.get("/admin/digest/submissions/?export=csv"))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_attacks_are_found_where_they_would_run():
    assert [attack for attack in ATTACKS[:10] if "xss7" not in running(attack)] == [ATTACKS[4]]
