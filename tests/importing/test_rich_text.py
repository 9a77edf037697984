"""Test conversion to rich text: links, features, the editor, and attacks."""

import re

import pytest
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from digest.blocks import STORY_FEATURES, TEXT_FEATURES
from digest.importing import open_document
from digest.importing.rich_text import (
    FEATURE_TAGS,
    bare_text,
    linkify,
    plain_text_with_urls,
    sanitise,
)
from tests.importing.conftest import COPIED, MARKDOWN, draft_of

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src=//e.org></iframe>",
    '<embed embedtype="media" url="http://169.254.169.254/">',
    '<a linktype="page" id="1" onclick="x">x</a>',
    "<style>*{}</style><math><mtext></form><form><mglyph><style></math><img src onerror=x>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](https://e.org/p.png)',
    "<javascript:alert(1)>",
    "[x]\n\n[x]: javascript:alert(1)",
    'https://e.org/"onmouseover="alert(1)',
    "https://e.org/'><script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "```\n<script>alert(1)</script>\n```",
    "<b onclick=x>y</b>",
    "<sup onclick=x>y</sup><sub><script>",
    "<!-- --><p/onclick=x>",
]


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_neutralised(attack, name):
    text = f"2026-03-09\n\nA title\n\n{attack} ends.\n\n## Story\n\nText.\n\n{attack} ends.\n"
    draft = draft_of(f"{text}\nWhy it matters: {attack}\n\nSources:\n- {attack}\n", name)
    allowed = re.compile(
        r'</?(?:p|br/|b|i|s|ul|ol|li|code|sup|sub)>|<a href="https?://[^"<>]*">|</a>'
    )
    for story in draft.stories:
        value = story.value()
        assert "<" not in allowed.sub("", value["body"] + value["why_it_matters"])
        assert all(re.match(r"https?://|$", s["value"]["url"]) for s in value["sources"])


def link(url: str) -> str:
    """Return a link whose text is its URL."""
    return f'<a href="{url}">{url}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("(see https://e.org/a).", f"(see {link('https://e.org/a')})."),
        ("https://e.org/a_(b)", link("https://e.org/a_(b)")),
        ("“https://e.org/a,”", f"“{link('https://e.org/a')},”"),
        ("<https://e.org>", f"&lt;{link('https://e.org')}&gt;"),
        ("https://e.org/?a=1&b=2", link("https://e.org/?a=1&amp;b=2")),
        ("https://e.org/" + "a" * 2000, "https://e.org/" + "a" * 2000),
        ("https:// http ftp://e.org javascript:x", "https:// http ftp://e.org javascript:x"),
    ],
)
def test_urls_become_links_without_surrounding_punctuation(text, html):
    assert linkify(text) == html


@pytest.mark.parametrize("features", [STORY_FEATURES, TEXT_FEATURES])
def test_tags_without_feature_are_removed(features):
    everything = "".join(f"<{tag}>x</{tag}>" for tags in FEATURE_TAGS.values() for tag in tags)
    allowed = {tag for feature in features for tag in FEATURE_TAGS.get(feature, ())} | {"p"}
    tags = set(re.findall(r"<(\w+)", sanitise(f"{everything}<h1>x</h1><img src=x>", features)))
    assert tags <= allowed
    assert ("blockquote" in tags) is ("blockquote" in features)


def test_quotes_and_headings_become_paragraphs_without_feature():
    html = "<h3>a</h3><blockquote>b</blockquote>"
    assert sanitise(html, TEXT_FEATURES) == "<p>a</p><p>b</p>"
    assert sanitise(html, STORY_FEATURES) == html


def test_all_features_are_known():
    assert set(STORY_FEATURES + TEXT_FEATURES) - set(FEATURE_TAGS) == {"document-link"}


@pytest.mark.parametrize("path", [COPIED, MARKDOWN], ids=lambda path: path.name)
def test_editor_stores_the_same_html(path):
    document = open_document(path)
    converter = ContentstateConverter(STORY_FEATURES)
    for story in draft_of(document.text, document.name).stories:
        html = story.value()["body"]
        again = converter.to_database_format(converter.from_database_format(html))
        assert re.sub(r' data-block-key="\w+"', "", again) == html


def test_editor_opens_line_breaks():
    html = sanitise("<p>a<br>b</p>", STORY_FEATURES)
    assert '"a\\nb"' in ContentstateConverter(STORY_FEATURES).from_database_format(html)


def test_bare_text_separates_words():
    assert bare_text("<li>a<br/>b <i>c</i> &amp; d</li>") == "a b c & d"


def test_plain_text_separates_words_and_has_urls():
    html = '<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul><p>d<br/>e <a href="/f">g</a></p>'
    assert plain_text_with_urls(html) == "a\nb\nc\nd\ne g (/f)"


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ("[tide](https://e.org/tide)", "tide (https://e.org/tide)"),
        ("[e](https://e.org/)", "e (https://e.org/)"),
        ("<https://e.org/tide>", "https://e.org/tide"),
        ("[e.org](https://www.e.org/)", "e.org"),
        ("[a@e.org](mailto:a@e.org)", "a@e.org"),
    ],
)
def test_summary_has_the_urls_of_its_links(link, text):
    assert draft_of(f"---\ntitle: T\n---\n{link}", "a.md").summary_text == text
