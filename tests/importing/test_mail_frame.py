"""Test that the frame of a mail and what identifies its reader are left out."""

import json
from base64 import b64encode
from urllib.parse import quote

import pytest

from digest.importing import read_document
from tests.importing.conftest import draft_of, draft_of_document

LONG = "Low water came early on Tuesday, and the boats had to wait for the evening. " * 3
MAIL = """<table><tr><td>{top}</td></tr><tr><td>Tide letter</td></tr>
<tr><td><b>Low water came early</b></td></tr><tr><td>{text}</td></tr>
<tr><td><b>High water came late</b></td></tr><tr><td>The quay was dry until noon.</td></tr>
<tr><td>{bottom}</td></tr><tr><td>Tide Office, 12 Quay Road, Brightport</td></tr></table>"""
LINK = '<a href="{}">{}</a>'.format
# What is above and below the text: URL and words of each link, with the token of the reader.
FRAMES = {
    "query": (
        LINK("https://news.example.org/show?m=12&r=k7q2zz91", "Read this online"),
        LINK("https://news.example.org/stop?r=k7q2zz91", "Stop these letters")
        + " | "
        + LINK("https://news.example.org/set?r=k7q2zz91", "Change them"),
        "k7q2zz91",
    ),
    "path": (
        "Cannot see it? " + LINK("https://m.example.net/w/8f3kQ2j9x0q/", "Im Browser ansehen"),
        "You get this as a friend. " + LINK("https://m.example.net/u/8f3kQ2j9x0q", "Abmelden"),
        "8f3kQ2j9x0q",
    ),
    "UUID": (
        LINK("https://example.net/v?id=5e0c8a51-9b5d-4a1c-8a3b-f1d6a2b7c9e0", "Web version"),
        LINK("https://example.net/unsubscribe/5e0c8a51-9b5d-4a1c-8a3b-f1d6a2b7c9e0", "Leave"),
        "5e0c8a51",
    ),
    "address": (
        LINK("https://example.net/web?to=jo%40example.com", "View it in your browser"),
        "Sent to you by us. " + LINK("https://example.net/opt-out?to=jo%40example.com", "No more"),
        "jo@example.com",
    ),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frame_of_a_mail_is_left_out_and_counted(name):
    top, bottom, token = FRAMES[name]
    document = read_document(MAIL.format(top=top, bottom=bottom, text=LONG).encode(), "a.html")
    draft = draft_of_document(document)
    assert draft.title == "Tide letter"
    assert draft.stories[0].heading == "Low water came early"
    assert draft.stories[-1].value()["body"].startswith("<p>The quay was dry until noon.</p>")
    kept = document.text + json.dumps(draft.body())
    for word in (token, token.replace("@", "%40"), "rowser", "these letters", "Abmelden"):
        assert word not in kept
    assert any("mail's frame" in note for note in document.notes)


def test_links_of_stories_lose_the_token_or_their_url():
    top, bottom, token = FRAMES["query"]
    text = (
        LINK(f"https://example.com/tides?r={token}&page=2", "stays")
        + LINK(f"https://click.example.org/{token}/9", "goes")
        + LINK(f"https://click.example.org/c?r={token}&to=https%3A%2F%2Fe.org%2Fa", "led")
        + LINK("https://e.org/p?v=a1b2c3d4e5", "other")
    )
    html = MAIL.format(top=top, bottom=bottom, text=f"{text} {LONG}")
    body = draft_of(html, "a.html").stories[0].value()["body"]
    assert token not in body
    assert '<a href="https://example.com/tides?page=2">stays</a>goes' in body
    assert '<a href="https://e.org/a">led</a>' in body
    assert '<a href="https://e.org/p?v=a1b2c3d4e5">other</a>' in body


def test_frame_above_other_lines_and_a_link_within_the_text():
    page = "https://news.example.org/unsubscribe?who=onlyletters"
    bottom = f"{LINK(page, 'Leave')}</td></tr><tr><td>{LINK('https://social.example.org/t', 'T')}"
    text = f"Not for you? {LINK(page, 'Leave us')}, or {LINK(page + '&now=1', 'at once')}. {LONG}"
    document = read_document(MAIL.format(top="x", bottom=bottom, text=text).encode(), "a.html")
    assert "onlyletters" not in document.text
    assert "social.example.org" not in document.text
    assert "Not for you? Leave us, or at once." in document.text


def test_social_links_and_address_beside_the_frame_are_left_out():
    _, bottom, _ = FRAMES["query"]
    social = LINK("https://social.example.org/tides", "Social")
    social += "</td><td>" + LINK("https://tides.example.org", "Website")
    bottom = f"{social}</td></tr><tr><td>Our address:<br>Tide Office<br><br>{bottom}"
    document = read_document(MAIL.format(top="x", bottom=bottom, text=LONG).encode(), "a.html")
    assert document.text.endswith("<p>The quay was dry until noon.</p>")


@pytest.mark.parametrize(
    "line",
    [
        "Tide Office, 12 Quay Road, Brightport",
        "Our postal address is:</p><p>Tide Office · Kaistrasse 4, 20459 Hamburg",
        "Mailing address: Tide Office, Brightport",
        "Share: "
        + LINK("https://s.example.org/intent/post?text=Tides", "One")
        + " "
        + LINK("https://t.example.org/share?url=x", "Two"),
    ],
)
def test_address_and_share_links_above_the_frame_are_left_out(line):
    _, bottom, _ = FRAMES["query"]
    why = "You are receiving this because you asked for it."
    html = f"<h1>T</h1><h2>S</h2><p>{LONG}</p><p>In 3 Days, the quay.</p><p>{line}</p><p>{why}</p>"
    document = read_document(f"{html}<p>{bottom}</p>".encode(), "a.html")
    assert document.text.endswith("<p>In 3 Days, the quay.</p>")
    without = read_document(html.encode(), "a.html")
    assert len(without.text.split("\n")) >= 6


def test_title_with_the_token_of_the_reader_stays():
    _, bottom, token = FRAMES["query"]
    title = LINK(f"https://news.example.org/show?r={token}", "Tide letter of June")
    for top in (f"<h1>{title}</h1>", f"{title}</td></tr><tr><td>{LINK('https://e.org/', 'By Jo')}"):
        html = MAIL.format(top=top, bottom=bottom, text=LONG)
        document = read_document(html.encode(), "a.html")
        assert draft_of_document(document).title == "Tide letter of June"
        assert token not in document.text


def test_links_through_a_click_tracker_lose_their_url():
    blob = "u001." + "aB3" * 20
    links = "".join(LINK(f"https://t.example.org/ls/{blob}{n}", f"w{n} ") for n in range(4))
    _, bottom, _ = FRAMES["path"]
    body = draft_of(MAIL.format(top="x", bottom=bottom, text=links + LONG), "a.html")
    assert "<a" not in body.stories[0].value()["body"]


@pytest.mark.parametrize(
    "row",
    [
        LINK("https://m.example.net/unsub?n=17&k=q1", "Stop")
        + " · "
        + LINK("https://m.example.net/prefs/K55", "Choose"),
        LINK("https://m.example.net/optout?uid=9031", "Leave") + " | Tide Office",
        LINK("https://m.example.net/manage?s=x", "Your letters"),
        LINK("https://m.example.net/l/AB12", "Abmelden"),
        "If these are too many, " + LINK("https://m.example.net/unsub?n=1712", "leave here") + ".",
    ],
)
@pytest.mark.parametrize("sources", ["", "<h2>Sources</h2><ul><li>A talk on the quay</li></ul>"])
def test_last_row_of_links_for_one_reader_is_left_out_with_tokens_of_any_length(row, sources):
    html = f"<h1>T</h1><h2>Low water</h2><p>{LONG}</p>{sources}<p>{row}</p>"
    document = read_document(html.encode(), "a.html")
    assert "m.example.net" not in document.text
    assert any("1 × lines of a mail's frame" in note for note in document.notes)
    assert "m.example.net" not in json.dumps(draft_of_document(document).body())


@pytest.mark.parametrize(
    "end",
    [
        "How to " + LINK("https://e.org/guides/unsubscribe", "unsubscribe") + " from all of them.",
        "Watch " + LINK("https://video.example.org/watch?v=dQ4w9WgXcQ", "the film") + " now.",
        LINK("https://e.org/2026/0309/how-we-set-preferences.html?id=ab12cd34ef", "All about them"),
        LINK("https://e.org/browser", "in your browser"),
        "You pay for a " + LINK("https://e.org/subscription?plan=day", "day") + ", or for a year.",
        "To leave a list takes time. "
        + LINK("https://e.org/a/how-to-leave", "Unsubscribe")
        + " now.",
    ],
)
def test_story_that_ends_with_a_link_stays(end):
    html = f"<h1>T</h1><h2>Letters nobody reads</h2><p>{LONG}</p><p>{end}</p><p>Unsubscribe.</p>"
    draft = draft_of(html, "a.html")
    assert len(draft.stories[0].value()["body"].split("</p>")) >= 3
    assert "<a href" in draft.stories[0].value()["body"]


MAIL_TEXT = """View this letter in your browser
https://news.example.org/show?r=k7q2zz91

Tide letter

Low water came early

The boats had to wait for the evening, see https://e.org/a?r=k7q2zz91&utm_source=tides.
Read on (https://news.example.org/c/k7q2zz91).

You can change this:
Stop these letters: https://news.example.org/unsubscribe?r=k7q2zz91
Tide Office, 12 Quay Road, Brightport
"""


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_frame_of_a_mail_copied_as_text(name):
    document = read_document(MAIL_TEXT.encode(), name)
    assert "k7q2zz91" not in document.text
    assert document.text.split("\n")[3] == "Tide letter"
    frame, personal = document.notes
    assert "4 × lines of a mail's frame" in frame
    assert "Read on.\n" in document.text
    assert "change this" not in document.text
    assert frame.endswith("the first in line 2")
    assert "identify the reader" in personal
    written = json.dumps(draft_of_document(document).body())
    assert "https://e.org/a" in written
    assert "utm_source" not in written


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://e.org/a?utm_campaign=x&b=1&fbclid=y", "https://e.org/a?b=1"),
        ("https://e.org/a?mc_eid=12ab#top", "https://e.org/a#top"),
        ("https://e.org/a?ck_subscriber_id=1", "https://e.org/a"),
        ("https://e.org/a#utm_medium=mail&utm_term=x", "https://e.org/a"),
        ("https://e.org/a?utm%5Fid=7", "https://e.org/a"),
        ("https://e.org/a?ref=x&q=%20b+c", "https://e.org/a?ref=x&q=%20b+c"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_tracking_parameters_are_left_out_of_links_and_sources(url, expected, name):
    lines = ["# T", "## S", f"See {url} and more.", "Sources:", f"- Tides {url}"]
    if name == "a.html":
        escaped = url.replace("&", "&amp;")
        lines = ["<h1>T</h1><h2>S</h2>", f"<p>See {LINK(escaped, 'x')}</p><h3>Sources</h3>"]
        lines.append(f"<ul><li>{LINK(escaped, 'Tides')}</ul>")
    draft = draft_of("\n\n".join(lines), name)
    value = draft.body()[1]["value"] if len(draft.body()) > 1 else {}
    sources = [*value.get("sources", ()), *(draft.body()[-1]["value"].get("items", ()))]
    assert [source["value"]["url"] for source in sources] == [expected]
    assert f'href="{expected.replace("&", "&amp;")}"' in json.dumps(draft.body()).replace("\\", "")


def test_url_in_code_stays_as_it_is():
    draft = draft_of("## S\n\nAdd `https://e.org/?utm_source=x` to it.", "a.md")
    assert "utm_source" in draft.stories[0].value()["body"]


TEXTS = ("jo~?~>.o@example.com", '{"to":"jo@example.com"}', "low water today")
ADDRESS, OBJECT, WORDS = (b64encode(text.encode()).decode() for text in TEXTS)
URL_SAFE = str.maketrans("+/", "-_")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://e.org/a?email=jo@example.com", "https://e.org/a"),
        ("https://e.org/a?b=1&who=jo%40example.com#top", "https://e.org/a?b=1#top"),
        ("https://e.org/a?s=jo.o%2Bx%2540mail.example.com&p=2", "https://e.org/a?p=2"),
        ("https://e.org/a#rcpt=jo@example.com", "https://e.org/a"),
        ("https://e.org/@jo?v=a@2", "https://e.org/@jo?v=a@2"),
        (f"https://e.org/a?e={ADDRESS}&p=2", "https://e.org/a?p=2"),
        (f"https://e.org/a?e={quote(quote(ADDRESS))}", "https://e.org/a"),
        (f"https://e.org/a#e={ADDRESS.rstrip('=')}", "https://e.org/a"),
        (f"https://e.org/a?e={ADDRESS.translate(URL_SAFE)}", "https://e.org/a"),
        (f"https://e.org/a?e=v1.{OBJECT}.x9", "https://e.org/a"),
        (f"https://e.org/a?e={WORDS}", f"https://e.org/a?e={WORDS}"),
        ("https://e.org/a?e=LowWaterCameEarly", "https://e.org/a?e=LowWaterCameEarly"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_parameters_with_an_address_are_left_out_of_links_and_sources(url, expected, name):
    lines = ["# T", "## S", f"See {url} and more.", "Sources:", f"- Tides {url}"]
    if name == "a.html":
        escaped = url.replace("&", "&amp;")
        lines = ["<h1>T</h1><h2>S</h2>", f"<p>See {escaped} and</p><h3>Sources</h3>"]
        lines.append(f"<ul><li>{LINK(escaped, 'Tides')}</ul>")
    document = read_document("\n\n".join(lines).encode(), name)
    body = json.dumps(draft_of_document(document).body())
    assert "example.com" not in body
    assert f'"url": "{expected}"' in body
    notes = ["left out: 2 × e-mail addresses in URLs"] if url != expected else []
    assert list(document.notes) == notes


def test_address_of_a_mail_link_and_in_code_stays():
    html = f"<h1>T</h1><h2>S</h2><p>{LINK('mailto:jo@example.com?cc=al@example.com', 'Write')}.</p>"
    assert "cc=al@example.com" in draft_of(html, "a.html").stories[0].value()["body"]
    draft = draft_of("## S\n\nSend `https://e.org/?to=jo@example.com` to it.", "a.md")
    assert "to=jo@example.com" in draft.stories[0].value()["body"]


KEY = "aB3cD4eF5gH6iJ7kL8mN9"
CLICKS = {
    f"https://post.example.net/clicks/{KEY}": "",
    f"https://post.example.net/redirect/7/{KEY}.{KEY}?from=letter": "",
    f"https://trk.example.net/{KEY}/w": "",
    f"https://post.example.net/ls/go?k={KEY}": "",
    f"https://post.example.net/click.php?k={KEY}&n=12": "",
    "https://a1.links.example.net/5e0c8a51-9b5d-4a1c-8a3b-f1d6a2b7c9e0": "",
    f"https://post.example.net/redirect?k={KEY}&to=https%3A%2F%2Fe.org%2Ftides": "https://e.org/tides",
}
PAGES = (
    "https://link.example.net/article/10.1007/s00146-021-01234-5",
    f"https://e.org/click/how-to-read-tides?n={KEY}",
    f"https://music.example.net/track/{KEY}",
    "https://e.org/redirect/WhyTheQuayIsClosed",
    f"https://e.org/2026/tides?n={KEY}",
    "https://click.e.org/docs/8.1.x/options/",
)


@pytest.mark.parametrize(("url", "target"), [*CLICKS.items(), *((page, page) for page in PAGES)])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_link_through_a_click_tracker_becomes_text_or_its_target(url, target, name):
    lines = ["# T", "", "## S", "", f"See [the tide]({url}) today."]
    if name == "a.txt":
        lines[-1] = f"See the tide ({url}) today."
    elif name == "a.html":
        lines = [
            "<h1>T</h1><h2>S</h2><p>See " + LINK(url.replace("&", "&amp;"), "the tide") + " today."
        ]
    document = read_document("\n".join(lines).encode(), name)
    body = json.dumps(draft_of_document(document).body())
    assert (url in body.replace("&amp;", "&")) is (url == target)
    assert target.replace("&", "&amp;") in body
    assert target or "See the tide today." in body
    assert any("1 × URLs through a click tracker" in n for n in document.notes) is (url != target)


@pytest.mark.parametrize(
    "url", ["http://[x", "https://e.org:x]/", "https://[a](b", "http://e.org℀x/"]
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_invalid_url_above_the_frame_is_text(url, name):
    frame = "Unsubscribe https://m.example/unsubscribe?u=4471&token=TOK555abcX9zQ"
    text = f"Tides\n\nThe boats wait.\n\nAll of them.\n\nThe harbour is shut.\n\n{url}\n\n{frame}\n"
    document = read_document(text.encode(), name)
    assert "TOK555" not in document.text
    assert "The boats wait." in document.text
