"""Test that the images in documents are taken, with alt text and caption, and checked."""

from email.message import EmailMessage

import pytest
from wagtail.images.utils import get_allowed_image_extensions

from digest.importing import Report, map_parts, read_document, read_parts
from digest.importing import images as reader
from digest.importing.parts import Role
from tests.importing.conftest import draft_of_document
from tests.importing.image_files import data_uri, image_file, img
from tests.importing.test_word import RELS, docx, paragraph

SEA, SAND, DUSK = image_file("blue"), image_file("yellow"), image_file("purple")
STORY = "<h1>Tides</h1><p>A summary.</p><h2>Low water</h2><p>It fell.</p>{}"
IMAGE_RELATION = (
    '<Relationship Id="{}" Target="{}" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"{}/>'
)
NAMESPACES = (
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


def read(html: str):
    return read_document(html.encode(), "a.html")


def read_story(html: str):
    """Return the draft of the story that contains an image, and the document."""
    document = read(STORY.format(html))
    return draft_of_document(document).stories[0], document


def left_out(document) -> str:
    return " | ".join(document.notes)


def drawing(key: str = "i1", properties: str = 'descr="A pier"', crop: str = "") -> str:
    """Return a run of Word with an image."""
    return (
        f'<w:r><w:drawing {NAMESPACES}><wp:inline><wp:docPr id="1" name="P" {properties}/>'
        f'<a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed="{key}"/>{crop}'
        "</pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def word(*blocks: str, target: str = "media/pier.png", mode: str = "", content: bytes = SEA):
    """Read a Word file with a title and a story with these blocks."""
    relations = IMAGE_RELATION.format("i1", target, mode)
    body = paragraph("Tides", "Title") + paragraph("Low water", "H1") + paragraph("It fell.")
    return read_document(
        docx(
            body + "".join(blocks),
            **{RELS: f"<Relationships xmlns="
                '"http://schemas.openxmlformats.org/package/2006/relationships">'
                f"{relations}</Relationships>",
                "word/media/pier.png": content},
        ),
        "a.docx",
    )  # fmt: skip


@pytest.mark.parametrize(
    "html",
    [
        "<figure>{}<figcaption>The <b>old</b> pier. Photo: J. Doe</figcaption></figure>",
        "<figure><figcaption>The old pier. Photo: J. Doe</figcaption>{}</figure>",
        "<p>{}</p><p class='MsoCaption'>The old pier. Photo: J. Doe</p>",
        "<div><a href='https://e.org/large.png'>{}</a>"
        "<p class='wp-caption-text'>The old pier. Photo: J. Doe",
        "<figure><picture><source srcset='/x.webp'>{}</picture><figcaption>The old pier. "
        "Photo: J. Doe</figcaption></figure><p>Later.</p>",
    ],
)
def test_image_of_a_page_has_its_alt_text_and_caption(html):
    story, document = read_story(html.format(img(SEA, "A pier &amp; the sea")))
    assert (story.image.alt, story.image.caption) == (
        "A pier & the sea",
        "The old pier. Photo: J. Doe",
    )
    assert document.images[story.image.number].content == SEA
    assert "Photo: J. Doe" in story.value()["body"]
    assert not left_out(document)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Text {} goes on.</p>",
        "<ul><li>Text</li><li>{}</li></ul>",
        "<blockquote><p>Text</p>{}<p>goes on.</p></blockquote>",
        "<table><tr><th>Text</th></tr><tr><td>{}goes on</td></tr></table>",
        "<center><div>{}</div></center>",
    ],
)
def test_text_around_an_image_stays_in_one_piece(html):
    plain, _ = read_story(html.format(""))
    story, _ = read_story(html.format(img(SEA, "Sea")))
    assert story.image.alt == "Sea"
    assert story.value()["body"] == plain.value()["body"]


def test_image_in_a_heading_belongs_to_its_story():
    draft = draft_of_document(
        read(f"<h1>T</h1><h2>A</h2><p>a.</p><h2>{img(SEA, 'Sea')} B</h2><p>b.</p>")
    )
    assert [bool(story.image) for story in draft.stories] == [False, True]


def test_first_image_before_the_stories_is_that_of_the_issue_and_others_are_reported():
    images = "".join(map(img, (SEA, SAND, DUSK)))
    end = f"<h2>The bottom line</h2><p>Enough.</p>{img(image_file('red'), 'Logo')}"
    document = read(f"<h1>T</h1><p>Text.</p>{images}<h2>A</h2><p>a.</p>{images}{end}")
    parts = read_parts(document)
    draft = map_parts(parts)
    assert document.images[draft.lead_image.number].content == SEA
    assert document.images[draft.stories[0].image.number].content == SEA
    roles = [part.role for part in parts if part.is_image]
    assert roles == [Role.ISSUE_IMAGE, *[Role.IMAGE] * 2, Role.STORY_IMAGE, *[Role.IMAGE] * 3]
    *lines, summary = Report(document, parts).lines()
    assert "image            Logo (image-4.png, 64 × 48 pixels, 136 bytes) (left out)" in lines[-1]
    assert "1 image of the issue, 1 image of a story, 5 images not imported" in summary


def test_images_above_all_headings_belong_to_the_stories_below():
    pairs = [(SEA, "A"), (SAND, "B")]
    page = "".join(f"{img(image, name)}<h2>{name}</h2><p>x.</p>" for image, name in pairs)
    draft = draft_of_document(read(f"<h1>T</h1>{page}"))
    assert [story.image.alt for story in draft.stories] == ["A", "B"]
    assert draft.lead_image is None


def test_images_at_the_end_of_stories_belong_to_them():
    page = "".join(f"<h2>{name}</h2><p>x.</p>{img(SEA, name)}" for name in "AB")
    draft = draft_of_document(read(f"<h1>T</h1>{img(SAND)}{page}"))
    assert [story.image.alt for story in draft.stories] == ["A", "B"]
    assert draft.lead_image is not None


def test_image_of_a_word_file_has_its_alt_text():
    document = word(f"<w:p>{drawing()}</w:p>", paragraph("Pier at dusk", "Cap"), paragraph("End."))
    story = draft_of_document(document).stories[0]
    assert (story.image.alt, story.image.about) == (
        "A pier",
        "pier.png, 64 × 48 pixels, 137 bytes",
    )
    assert story.image.caption == ""  # the style has no definition
    assert document.images == {1: reader.DocumentImage("pier.png", SEA)}


@pytest.mark.parametrize("style", ["Cap", "Own"])
def test_caption_style_of_word_is_a_caption(monkeypatch, style):
    monkeypatch.setattr("tests.importing.test_word.STYLES", STYLES_WITH_CAPTION)
    document = word(f"<w:p>{drawing()}</w:p>", paragraph("Pier at dusk", style), paragraph("End."))
    story = draft_of_document(document).stories[0]
    assert story.image.caption == "Pier at dusk"
    assert "Pier at dusk" in story.value()["body"]


STYLES_WITH_CAPTION = (
    '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in {"Title": "Title", "H1": "heading 1", "Cap": "caption"}.items()
    )
    + '<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Below"/>'
    '<w:basedOn w:val="Cap"/></w:style>'
)


@pytest.mark.parametrize(
    ("block", "note"),
    [
        (drawing(properties='hidden="1"'), "1 × hidden images"),
        (drawing().replace("<w:r>", "<w:r><w:rPr><w:vanish/></w:rPr>"), "1 × hidden images"),
        (drawing(crop='<a:srcRect b="40000"/>'), "1 × cropped images"),
        (drawing(crop='<a:srcRect r="2.5%"/>'), "1 × cropped images"),
        (
            f'<w:r><w:pict {NAMESPACES}><v:shape style="width:9pt;visibility: hidden">'
            '<v:imagedata r:id="i1"/></v:shape></w:pict></w:r>',
            "1 × hidden images",
        ),
        (
            f'<w:r><w:pict {NAMESPACES}><v:shape><v:imagedata cropleft="9f" r:id="i1"/></v:shape>'
            "</w:pict></w:r>",
            "1 × cropped images",
        ),
    ],
)
def test_what_word_does_not_show_of_an_image_does_not_become_public(block, note):
    document = word(f"<w:p>{block}</w:p>")
    assert document.images == {}
    assert note in left_out(document)


@pytest.mark.parametrize("crop", ['<a:srcRect b="30"/>', "<a:srcRect/>", '<a:srcRect l="-500"/>'])
def test_image_that_is_not_cropped_is_taken(crop):
    assert word(f"<w:p>{drawing(crop=crop)}</w:p>").images


def test_target_of_an_image_of_word_may_be_absolute():
    assert word(f"<w:p>{drawing()}</w:p>", target="/word/media/pier.png").images


def test_linked_images_of_word_are_not_fetched(monkeypatch):
    monkeypatch.setattr("mammoth.docx.files.urlopen", lambda *args: pytest.fail("a request"))
    block = drawing().replace("r:embed", "r:link")
    document = word(
        f"<w:p>{block}</w:p>", target="https://e.org/p.png", mode=' TargetMode="External"'
    )
    assert document.images == {}
    assert "1 × images: choose them" in left_out(document)


def test_image_of_word_that_expands_without_end_is_left_out(monkeypatch):
    for name in ("digest.importing.word.MAX_BYTES", "digest.importing.images.MAX_BYTES"):
        monkeypatch.setattr(name, 1000)
    document = word(f"<w:p>{drawing()}</w:p>", content=b"\0" * 2_000_000)
    assert "1 × images that are too large" in left_out(document)


def mail(html: str, *images: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "Tide <tide@example.org>", "jo@example.com"
    message["Subject"], message["Date"] = "Tides", "Tue, 02 Jun 2026 23:30:00 -0700"
    message.set_content("Plain text.")
    message.add_alternative(html, subtype="html")
    for name, content in images:
        message.get_payload()[1].add_related(content, "image", "png", cid=f"<{name}>")
    return message.as_bytes()


@pytest.mark.parametrize("source", ["cid:pier@mail", "CID:pier%40mail"])
def test_inline_image_of_a_mail_is_taken(source):
    page = STORY.format(f'<img src="{source}" alt="A pier"><img src="cid:other">')
    document = read_document(mail(page, ("pier@mail", SEA), ("unused@mail", SAND)), "a.eml")
    (story,) = draft_of_document(document).stories
    assert (story.image.alt, document.images[1].name) == ("A pier", "pier.png")
    assert list(document.images) == [1]
    assert "1 × images: choose them" in left_out(document)


def test_images_within_the_frame_of_a_mail_are_left_out_with_it():
    row = '<a href="https://m.example.org/unsubscribe?u=a1B2c3D4e5">Unsubscribe</a>'
    page = STORY.format(f"<p>x.</p><p>y.</p>{img(SEA, 'Sea')}<p>{row}</p>{img(SAND, 'Logo')}")
    assert [image.content for image in read(page).images.values()] == [SEA]


@pytest.mark.parametrize(
    "tag",
    [
        '<img src="https://e.org/pier.png" alt="A pier">',
        '<img src="/pier.png">',
        '<img src="file:///etc/passwd">',
        "<img>",
        img(SEA, more='data-src="https://e.org/pier.png"'),
        img(SEA, more='srcset="/large.png 2x"'),
    ],
)
def test_image_that_is_not_in_the_document_is_left_to_the_editor(tag):
    story, document = read_story(tag)
    assert story.image is None
    assert left_out(document) == "left out: 1 × images: choose them in the editor"


def test_images_of_the_web_are_counted_though_others_were_too_large(monkeypatch):
    monkeypatch.setattr(reader, "MAX_BYTES", 10)
    _, document = read_story(img(SEA) + '<img src="https://e.org/pier.png">')
    assert "1 × images that are too large | left out: 1 × images: choose" in left_out(document)


@pytest.mark.parametrize(
    "html",
    [
        "<div style='display:none'>{}</div>",
        "<p hidden>{}</p>",
        "<ul hidden><li>{}</li></ul>",
        "<div style='visibility:hidden'>{}</div>",
        "<div style='opacity:0'>Text{}</div>",
        "<style>.x{{display:none}}</style><span class=x>{}</span>",
    ],
)
def test_hidden_image_is_left_out_and_counted(html):
    story, document = read_story(html.format(img(SEA)))
    assert (story.image, document.images) == (None, {})
    assert "left out: 1 × hidden elements" in left_out(document)


def test_image_in_text_without_a_size_is_taken_and_the_text_is_not():
    story, _ = read_story(f"<div style='font-size:0'>secret {img(SEA)}</div>")
    assert story.image
    assert "secret" not in story.value()["body"]


@pytest.mark.parametrize(
    "tag",
    [
        '<img src="https://t.example/o.gif" width="1" height="1">',
        '<img src="https://t.example/o.gif" style="width: 2px">',
        img(image_file(size=(1, 1))),
        img(image_file(size=(200, 2))),
    ],
)
def test_tracking_pixel_is_dropped_silently(tag):
    story, document = read_story(tag)
    assert (story.image, document.images, document.notes) == (None, {}, ())


BROKEN = image_file("red", size=(300, 300), kind="JPEG")[:-200]


@pytest.mark.parametrize(
    "source",
    [
        data_uri(SEA[:60]),
        data_uri(BROKEN, "image/jpeg"),
        data_uri(b"GIF89a no image", "image/gif"),
        "data:image/png;base64,%%%",
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/%3E",
        data_uri(image_file(kind="BMP"), "image/bmp"),
        data_uri(b"\xd7\xcd\xc6\x9a" + b"\0" * 80, "image/x-wmf"),
        "data:text/html,<p>x",
    ],
)
def test_unusable_image_is_left_out_in_one_line_and_the_rest_is_imported(source):
    story, document = read_story(f'<img src="{source}"><p>Later.</p>')
    assert (story.image, document.images) == (None, {})
    assert left_out(document) == (
        "left out: 1 × images that cannot be read, or have a format that the site does not accept"
    )
    assert "Later." in story.value()["body"]


def test_image_with_too_many_pixels_is_not_decoded(settings, monkeypatch):
    settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS = 1_000_000
    monkeypatch.setattr(reader, "check_upload", lambda image: pytest.fail("it is decoded"))
    _, document = read_story(img(image_file(size=(1001, 1000), mode="1")))
    assert left_out(document) == "left out: 1 × images that are too large"


def test_image_with_more_bytes_than_an_upload_is_left_out(settings):
    settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE = len(SEA) - 1
    assert "1 × images that are too large" in left_out(read_story(img(SEA))[1])


def test_all_images_of_a_document_together_are_limited(monkeypatch):
    monkeypatch.setattr(reader, "MAX_IMAGES", 2)
    tags = "".join(map(img, (SEA, SEA, SAND, DUSK)))
    _, document = read_story(tags)
    assert [image.content for image in document.images.values()] == [SEA, SAND]
    assert left_out(document) == "left out: 1 × images, of which a document may have 40"


@pytest.mark.parametrize("limit", ["MAX_PIXELS", "MAX_BYTES"])
def test_pixels_and_bytes_of_all_images_together_are_limited(monkeypatch, limit):
    monkeypatch.setattr(reader, limit, {"MAX_PIXELS": 64 * 48, "MAX_BYTES": len(SEA) + 1}[limit])
    _, document = read_story(img(SEA) + img(SAND))
    assert list(document.images) == [1]
    assert "1 × images that are too large" in left_out(document)


def test_only_formats_of_the_site_are_accepted(settings):
    assert "bmp" not in get_allowed_image_extensions()
    settings.WAGTAILIMAGES_EXTENSIONS = ["bmp"]
    assert read_story(img(image_file(kind="BMP")))[0].image
    assert not read_story(img(SEA))[0].image


def test_web_page_may_be_larger_for_its_images():
    photograph = image_file(size=(1400, 1400), kind="BMP")
    assert len(photograph) > 3_000_000
    for kind in ("image/bmp", "image/bmp;name=pier.bmp"):
        tag = f'<img src="{data_uri(photograph, kind)}">'
        assert "Low water" in read(STORY.format(tag)).text


def test_alt_text_is_one_line_without_invisible_characters():
    story, _ = read_story(img(SEA, "A\u200b \n pier &#x3c;" + "x" * 300))
    assert story.image.alt.startswith("A pier <x")
    assert len(story.image.alt) <= reader.MAX_TEXT


def test_image_that_is_used_again_and_again_is_left_out():
    icon = f"<p>{img(SEA, 'A wave')}Low water.</p>"
    _story, document = read_story(icon * 9)
    assert (len(document.images), document.text.count("<figure")) == (1, reader.MAX_USES)
    assert "left out: 6 × images" in left_out(document)


def test_large_image_does_not_keep_later_ones_out(monkeypatch):
    monkeypatch.setattr(reader, "MAX_BYTES", len(SEA) + len(SAND))
    large = image_file("green", size=(900, 900)) + b" " * 2 * len(SEA + SAND)
    _story, document = read_story(img(SEA, "a") + img(large, "b") + img(SAND, "c"))
    assert [image.content for image in document.images.values()] == [SEA, SAND]


@pytest.mark.parametrize("alt", [r"C:\Users\Ada\plot.png", "file:///home/ada/x", "photo_2.JPEG"])
def test_file_name_is_no_alt_text(alt):
    story, _document = read_story(img(SEA, alt))
    assert story.image.alt == ""
