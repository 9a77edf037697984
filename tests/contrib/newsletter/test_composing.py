"""The mail of an issue: what it shows, and what it does not."""

import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Collection, CollectionViewRestriction, Locale

from digest.blocks import IssueBodyBlock
from digest.contrib.newsletter.composing import (
    MAX_SIZE,
    UNSUBSCRIBE_TOKEN,
    compose,
)
from digest.contrib.newsletter.models import NewsletterSettings
from digest.contrib.newsletter.models.subscribers import new_token
from digest.models import IssuePage
from tests.builders import (
    block,
    body,
    make_document,
    make_image,
    make_issue,
    restrict,
    source,
    story,
)
from tests.contrib.newsletter.mail_parts import Part, links_in_text, words
from tests.contrib.newsletter.readers import open_newsletter
from tests.contrib.newsletter.rich_issue import make_rich_issue

pytestmark = pytest.mark.django_db
SITE = "http://localhost"
UNSUBSCRIBE = f"{SITE}/newsletter/unsubscribe/{UNSUBSCRIBE_TOKEN}/"
PREFERENCES = f"{SITE}/newsletter/preferences/"
SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def newsletter(digest, settings):
    settings.DIGEST_IMAGE_WIDTHS = [400, 800]
    return open_newsletter(
        digest, imprint="Harbour Press\r\nQuay 7, Port", privacy_url="https://example.org/privacy"
    )


class Advice(blocks.StructBlock):
    """A block of a site, without a template for mails."""

    text = blocks.RichTextBlock()
    line = blocks.CharBlock()
    share = blocks.IntegerBlock()
    image = ImageChooserBlock()


@pytest.fixture
def own_block(monkeypatch):
    stream = type("Body", (IssueBodyBlock,), {"advice": Advice()})()
    monkeypatch.setattr(IssuePage._meta.get_field("body"), "stream_block", stream)


def parts(composed):
    """Return the words of the HTML, and of the plain text."""
    return Part(composed.html).text, composed.text


def test_subject_and_preheader_are_those_of_the_issue(digest, newsletter):
    composed = compose(make_rich_issue(digest), newsletter)
    assert (composed.subject, composed.preheader) == ("Three grids", "All in brief. In two lines.")
    assert "<title>Three grids</title>" in composed.html
    assert composed.html.index("All in brief. In two lines.") < composed.html.index("<h1")


def test_editor_chooses_subject_and_preheader(digest, newsletter):
    issue = make_issue(digest)
    composed = compose(issue, newsletter, subject="Look:\n grids", preheader="Five\r\nminutes")
    assert (composed.subject, composed.preheader) == ("Look: grids", "Five minutes")
    assert "<h1" in composed.html
    assert issue.headline in Part(composed.html).text


def test_long_summary_is_shortened_in_the_preheader(digest, newsletter):
    issue = make_issue(digest, body=body(summary="word " * 100))
    assert len(compose(issue, newsletter).preheader) == 150


def texts_of(value):
    """Yield all texts of a value of the API."""
    if isinstance(value, dict) and "renditions" in value:
        yield value["alt"]
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in ("anchor", "id", "type", "url", "published_on"):
                yield from texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif value is not None:
        yield str(value)


def test_both_parts_have_the_words_of_the_api(own_block, digest, newsletter, client):
    advice = {"text": "<p>Own <b>advice</b></p>", "line": "A line", "share": 73}
    own = make_image("Own")
    issue = make_rich_issue(digest, block("advice", **advice, image=own.pk), images=[own])
    data = client.get(f"/api/v1/issues/{issue.pk}/?rich_text=text").json()
    shown = [data["headline"], data["summary"], *texts_of(data["body"][1:])]
    expected = Counter(words(" ".join([*shown, data["image"]["alt"]])))
    chrome = (
        "Daily Tuesday 14 April 2026 No 7 Why it matters Sources 12 April 2026 The bottom line "
        "Sources share"
    )
    html, text = parts(compose(issue, newsletter))
    for part, start, end in (
        (html, "Unsubscribe", "You get this mail"),
        (text, "Unsubscribe", "\n-- \n"),
    ):
        content = part.split(start, 1)[1].split(end)[0]
        assert Counter(words(content)) == expected + Counter(words(chrome))


def test_both_parts_have_byline_and_correction_note(digest, newsletter):
    issue = make_issue(digest, byline="Ada Okafor", correction="It is Porto.")
    issue.corrected_at = datetime(2026, 4, 15, 9, tzinfo=UTC)
    for part in parts(compose(issue, newsletter)):
        shown = " ".join(words(part))
        assert "By Ada Okafor" in shown
        assert "Correction 15 April 2026 It is Porto" in shown


def test_correction_note_that_the_mail_begins_with_is_there_once(digest, newsletter):
    issue = make_issue(digest, correction="It is Porto.")
    for part in parts(compose(issue, newsletter, note="It is Porto.")):
        assert part.count("It is Porto.") == 1


def test_both_parts_have_the_same_links(digest, newsletter):
    composed = compose(make_rich_issue(digest), newsletter)
    links = Part(composed.html).links
    assert Counter(links) == Counter(links_in_text(composed.text))
    assert links[:2] == [f"{SITE}/daily/2026-04-14/", UNSUBSCRIBE]
    assert links[-3:] == [UNSUBSCRIBE, PREFERENCES, "https://example.org/privacy"]
    assert f"{SITE}/daily/2026-04-13/" in links
    assert "https://example.com/report?a=1&b=2" in links


def test_footer_says_who_sends_it_and_why(digest, newsletter):
    for part in parts(compose(make_rich_issue(digest), newsletter)):
        footer = part.split("You get this mail because you have subscribed to “Daily”.")[1]
        assert "Harbour Press" in footer
        assert "Quay 7, Port" in footer


def test_all_urls_are_absolute(digest, newsletter):
    text = '<p><a href="/about/">about</a> <a href="#top">top</a> <img src="/x.png" alt="x"/></p>'
    composed = compose(make_issue(digest, body=body(story(body=text))), newsletter)
    part = Part(composed.html)
    sources = [image["src"] for image in part.attributes_of("img")]
    assert [url for url in [*part.links, *sources] if not url.startswith(f"{SITE}/")] == [
        "https://example.org/privacy"
    ]


def test_images_are_jpegs_with_a_size_and_an_alt_text(digest, newsletter):
    issue = make_rich_issue(digest, images=[make_image("A grid")] * 3)
    images = Part(compose(issue, newsletter).html).attributes_of("img")
    assert [image["alt"] for image in images] == ["A grid", "A map of grids", "A pylon"]
    for image in images:
        assert image["src"].startswith(f"{SITE}/media/")
        assert image["src"].endswith(".jpg")
        assert int(image["height"]) > 0
    assert [image["width"] for image in images] == ["600"] * 3
    assert {image["height"] for image in images} <= {"329", "330"}


def test_hidden_pages_and_private_images_are_not_shown(digest, newsletter):
    closed = Collection.get_first_root_node().add_child(name="Closed")
    CollectionViewRestriction.objects.create(collection=closed, restriction_type="login")
    draft = make_issue(digest, 12, title="Draft", slug="hidden-draft", publish=False)
    private = make_issue(digest, 13, title="Private", slug="hidden-private")
    restrict(private)
    image, document = make_image("hidden-image", closed), make_document(closed)
    text = (
        f'<p><a linktype="page" id="{draft.pk}">one</a> <a linktype="page" id="{private.pk}">two'
        f'</a> <a linktype="document" id="{document.pk}">three</a></p>'
        f'<embed embedtype="image" id="{image.pk}" format="left" alt="hidden-alt"/>'
    )
    chosen = {"image": image.pk, "alt_text": "hidden-alt", "decorative": False}
    issue = make_issue(digest, body=body(story(body=text, image=chosen)), image=image)
    composed = compose(issue, newsletter)
    for part in (composed.html, composed.text):
        assert re.search(r"one.*two.*three", part, re.DOTALL)
        assert "hidden-" not in part
        assert document.url not in part
    assert not Part(composed.html).attributes_of("img")


def is_inert(composed, images=0):
    """Return whether a mail has no script, no handler of events, and this number of images."""
    part = Part(composed.html)
    names = [name for _tag, attributes in part.elements for name in attributes]
    has_handler = any(name.startswith("on") for name in names)
    is_script = "script" in [tag for tag, _attributes in part.elements]
    urls = [*part.links, *links_in_text(composed.text)]
    has_other_scheme = not all(re.match("https?:|mailto:", url) for url in urls)
    has_other_image = images is not None and len(part.attributes_of("img")) != images
    return not (has_other_image or has_handler or is_script or has_other_scheme)


PLACES = ["title", "summary", "byline", "correction", "heading", "source", "note"]


@pytest.mark.parametrize("place", [*PLACES, "imprint"])
def test_markup_in_texts_is_inert(digest, newsletter, place):
    texts = dict.fromkeys(PLACES, "x")
    texts[place] = SCRIPT
    newsletter.imprint = texts.get("imprint", "")
    stories = [story(texts["heading"], sources=[source(title=texts["source"])])]
    fields = {name: texts[name] for name in ("title", "byline", "correction")}
    issue = make_issue(digest, **fields, body=body(*stories, summary=texts["summary"]))
    composed = compose(issue, newsletter, note=texts["note"])
    assert is_inert(composed)
    for part in parts(composed):
        assert SCRIPT in part


def test_markup_in_alt_texts_and_titles_of_digests_is_inert(digest, newsletter):
    newsletter.digest.title = SCRIPT
    issue = make_issue(digest, image=make_image(SCRIPT))
    composed = compose(issue, newsletter)
    assert is_inert(composed, images=1)
    for part in parts(composed):
        assert part.count(SCRIPT) == 3


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x", "HTTPS://[x"])
def test_urls_of_sources_are_those_of_web_pages(digest, newsletter, url):
    issue = make_issue(digest)
    cited = [source(title="A source", url=url)]
    issue.body.raw_data[1]["value"]["sources"] = cited
    composed = compose(issue, newsletter)
    assert is_inert(composed)
    assert url not in composed.html + composed.text


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<p style="position:fixed" onclick="alert(1)">x</p>',
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        '<form action="https://example.com"><input name="x"></form>',
        "<!--[if mso]><script>alert(1)</script><![endif]-->",
    ],
)
def test_markup_in_rich_texts_is_inert(digest, newsletter, attack):
    issue = make_issue(digest)
    issue.body.raw_data[1]["value"] |= {"body": attack, "why_it_matters": attack}
    composed = compose(issue, newsletter)
    assert is_inert(composed, images=None)
    for danger in ("alert(1)</script", "onerror", "position", "<form", "<svg"):
        assert danger not in composed.html


def with_advice(digest, **value):
    """Return an issue with the block of the site."""
    issue = make_issue(digest)
    value = {"text": "", "line": "", "share": None, "image": None} | value
    issue.body.raw_data.append(block("advice", **value))
    return issue


def test_markup_in_a_block_of_the_site_is_inert(own_block, digest, newsletter):
    issue = with_advice(digest, text=f"<p>{SCRIPT}</p>", line=f"<p>{SCRIPT}</p>")
    composed = compose(issue, newsletter)
    assert is_inert(composed, images=1)
    assert f"<p>{SCRIPT}</p>" in Part(composed.html).text


def test_site_has_a_template_for_its_block(own_block, digest, newsletter, settings, tmp_path):
    folder = tmp_path / "digest/newsletter/mail/blocks"
    folder.mkdir(parents=True)
    (folder / "advice.html").write_text("<h2>Our advice</h2>{{ value.text }}")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    composed = compose(with_advice(digest, text="<p>Do <b>it</b>.</p>"), newsletter)
    assert re.search(r"<h2[^>]*>Our advice</h2><p[^>]*>Do <b>it</b>\.</p>", composed.html)
    assert "Our advice\n----------\n\nDo it.\n" in composed.text


def test_excerpt_links_to_the_stories_on_the_web(digest, newsletter):
    newsletter.content = NewsletterSettings.Content.EXCERPT
    composed = compose(make_rich_issue(digest), newsletter)
    assert composed.is_excerpt
    for part in parts(composed):
        assert "All in brief." in part
        assert "Quiet & <small>" in part
        assert "Shared data counts" not in part
    assert f"- Grids agree <{SITE}/daily/2026-04-14/#grids-agree>" in composed.text
    assert f"{SITE}/daily/2026-04-14/#quiet-small" in Part(composed.html).links


def test_issue_that_mail_programs_would_clip_becomes_an_excerpt(digest, newsletter):
    long = [story(f"Story {number}", body=f"<p>{'word ' * 2000}</p>") for number in range(10)]
    composed = compose(make_issue(digest, body=body(*long)), newsletter)
    assert composed.is_excerpt
    assert composed.size < MAX_SIZE
    nearly = compose(make_issue(digest, 15, body=body(*long[:8])), newsletter)
    assert (nearly.is_excerpt, nearly.size > 80_000) == (False, True)


def test_note_of_a_correction_is_above_the_headline(digest, newsletter):
    issue = make_issue(digest, title="Three grids")
    for part in parts(compose(issue, newsletter, note="It was <nine>, not six.")):
        places = [part.index(text) for text in ("Correction", "It was <nine>", "April")]
        assert places == sorted(places)
        assert "Three grids" in part[places[-1] :]


def test_nobody_can_unsubscribe_by_a_test(digest, newsletter):
    composed = compose(make_issue(digest), newsletter, is_test=True)
    assert composed.subject == "[Test] Issue of 2026-04-14"
    assert UNSUBSCRIBE_TOKEN not in composed.html + composed.text
    assert Part(composed.html).links.count(PREFERENCES) == 3


def test_draft_is_composed_from_its_revision(digest, newsletter):
    issue = make_issue(digest)
    issue.body = body(story("Not public"), summary="A new summary.")
    revision = issue.save_revision()
    for part in parts(compose(revision.as_object(), newsletter)):
        assert "Not public" in part
        assert "A new summary." in part


def test_links_lead_to_the_frontend(digest, newsletter, settings):
    settings.DIGEST_FRONTEND_URLS = {SITE: "https://example.org"}
    page = "https://example.org/bye?t={token}&x=1"
    settings.DIGEST_NEWSLETTER_URLS = {SITE: {"unsubscribe": page}}
    links = Part(compose(make_issue(digest), newsletter).html).links
    assert links[0] == "https://example.org/daily/2026-04-14/"
    assert links[1] == f"https://example.org/bye?t={UNSUBSCRIBE_TOKEN}&x=1"


@pytest.mark.parametrize(
    ("language", "label", "day"),
    [
        ("de", "Im Web lesen", "Dienstag, 14. April 2026"),
        ("es", "Leer en la web", "Martes, 14 de abril de 2026"),
        ("fr", "Lire en ligne", "Mardi 14 avril 2026"),
    ],
)
def test_mail_is_in_the_language_of_the_digest(digest, newsletter, language, label, day):
    locale = Locale.objects.get_or_create(language_code=language)[0]
    issue = make_rich_issue(digest)
    digest.locale = issue.locale = newsletter.digest.locale = locale
    composed = compose(issue, newsletter)
    assert f'<html lang="{language}" dir="ltr"' in composed.html
    for part in parts(composed):
        assert label in part
        assert day in " ".join(part.split())
        assert "Why it matters" not in part


def test_texts_without_a_translation_are_marked_as_english(digest, newsletter):
    locale = Locale.objects.get_or_create(language_code="ar")[0]
    issue = make_issue(digest)
    issue.locale = newsletter.digest.locale = locale
    composed = compose(issue, newsletter)
    assert '<html lang="ar" dir="rtl"' in composed.html
    assert re.search(r'<p class="bar" lang="en"[^>]*><a[^>]*>Read on the web', composed.html)
    assert re.search(r'<h3 class="label" lang="en"[^>]*>Why it matters', composed.html)


def test_number_of_queries_does_not_depend_on_the_issue(digest, newsletter):
    def queries(count):
        image = {"alt_text": "x", "decorative": False}
        stories = [story(f"S {n}", image=image | {"image": make_image().pk}) for n in range(count)]
        issue = make_issue(digest, 10 + count, body=body(*stories))
        compose(issue, newsletter)  # creates the renditions
        with CaptureQueriesContext(
            connection,
        ) as captured:
            compose(IssuePage.objects.get(pk=issue.pk), newsletter)
        return len(captured)

    assert queries(1) == queries(6)


def test_mails_with_a_broken_body_have_no_stories(digest, newsletter):
    issue = make_issue(digest)
    issue.body.raw_data[1] = {"type": "story_section", "id": "x", "value": None}
    assert "Issue of 2026-04-14" in compose(issue, newsletter).html


def test_token_in_the_mail_is_as_long_as_a_real_one():
    assert len(UNSUBSCRIBE_TOKEN) == len(new_token())
