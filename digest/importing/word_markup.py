"""Change the XML of a Word file where mammoth would read it otherwise than Word shows it.

Text and images that Word hides are removed, and images of which it shows only a part. A drop cap
joins its word, and a paragraph whose style is based on a known one gets the known one.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

HIDING = ("vanish", "specVanish", "webHidden")
OFF = {"0", "false", "off"}
FIELD_MARKS = {"rPr", "fldChar", "instrText"}  # without them, the field around would not end
MAX_BASES = 20
IMAGES = ("drawing", "pict", "object")
HIDDEN_TEXT, HIDDEN_IMAGE = "hidden text", "hidden images"
CROPPED = "cropped images, which readers would see whole: crop the file, choose it in the editor"
# More than a tenth of a percent: in thousandths of one, or with its sign. Word rounds.
SIZE = re.compile(r"[1-9]\d{2}|[\d.]*[1-9][\d.]*%")
NO_CROP = {"", "0", "0f"}
QUOTE_STYLES = ("quote", "intense quote", "block text", "quotations")
KNOWN_STYLES = {"title", "subtitle", "caption", *QUOTE_STYLES}
KNOWN_STYLES |= {f"heading {level}" for level in range(1, 10)}


def name_of(node: Element) -> str:
    """Return the name of an element without its namespace."""
    return node.tag.rpartition("}")[2]


def child_of(node: Element | None, *names: str) -> Element | None:
    """Return the descendant at a path of names."""
    for name in names:
        children = () if node is None else node
        node = next((each for each in children if name_of(each) == name), None)
    return node


def value_of(node: Element | None, name: str = "val") -> str:
    """Return an attribute, whatever its namespace."""
    attributes = {} if node is None else node.attrib
    return next((v for key, v in attributes.items() if key.rpartition("}")[2] == name), "")


def switch(properties: Element | None, name: str) -> bool | None:
    """Return whether properties switch something on or off, or None if they do not mention it."""
    found = child_of(properties, name)
    return None if found is None else value_of(found) not in OFF


@dataclass
class WordStyles:
    """The styles of a Word file, by id."""

    nodes: dict[str, Element] = field(default_factory=dict)
    default: str = ""

    @classmethod
    def parse(cls, xml: bytes) -> "WordStyles":
        styles = cls()
        for node in ElementTree.fromstring(xml) if xml else ():  # noqa: S314 - checked before
            if name_of(node) == "style":
                styles.nodes[value_of(node, "styleId")] = node
                if value_of(node, "type") == "paragraph" and value_of(node, "default") == "1":
                    styles.default = value_of(node, "styleId")
        return styles

    def chain(self, style_id: str) -> Iterator[tuple[str, Element]]:
        """Yield a style and those it is based on."""
        for _ in range(MAX_BASES):
            if (node := self.nodes.get(style_id)) is None:
                return
            yield style_id, node
            style_id = value_of(child_of(node, "basedOn"))

    def known(self, style_id: str) -> str:
        """Return the nearest style with a known name, or an empty string."""
        return next(
            (
                found
                for found, node in self.chain(style_id)
                if value_of(child_of(node, "name")).lower() in KNOWN_STYLES
            ),
            "",
        )

    def is_hidden(self, run: Element, paragraph_style: str) -> bool:
        """Return whether Word shows no text of a run, in print or on the web."""
        properties = child_of(run, "rPr")
        run_style = value_of(child_of(properties, "rStyle"))
        for name in HIDING:
            own = switch(properties, name)
            # Styles of paragraph and run that both hide text show it (ISO 29500-1, 17.7.3).
            styled = self._is_on(name, paragraph_style) != self._is_on(name, run_style)
            if styled if own is None else own:
                return True
        return False

    def _is_on(self, name: str, style_id: str) -> bool:
        switches = (switch(child_of(node, "rPr"), name) for _, node in self.chain(style_id))
        return next((on for on in switches if on is not None), False)


def prepare(xml: bytes, styles: WordStyles) -> tuple[bytes, Counter[str]]:
    """Return the XML of a text as Word shows it, and what was left out."""
    root = ElementTree.fromstring(xml)  # noqa: S314 - checked before
    left_out = remove_hidden_text(root, styles) + remove_hidden_images(root)
    use_known_styles(root, styles)
    join_drop_caps(root)
    return ElementTree.tostring(root, encoding="utf-8"), left_out


def remove_hidden_text(root: Element, styles: WordStyles) -> Counter[str]:
    """Empty the runs that are hidden; return how many paragraphs had any, and how many images."""
    paragraphs, images = set(), 0
    for run, paragraph, in_hidden_row in runs_of(root):
        style = value_of(child_of(paragraph, "pPr", "pStyle")) or styles.default
        if in_hidden_row or styles.is_hidden(run, style):
            if "".join(run.itertext()).strip():
                paragraphs.add(paragraph)
            images += sum(name_of(node) in IMAGES for node in run)
            run[:] = [node for node in run if name_of(node) in FIELD_MARKS]
    return Counter({HIDDEN_TEXT: len(paragraphs), HIDDEN_IMAGE: images})


def remove_hidden_images(root: Element) -> Counter[str]:
    """Remove the images that Word hides, and those that it crops: readers would see all of them."""
    left_out: Counter[str] = Counter()
    for parent in reversed(list(root.iter())):  # those within text boxes first
        for image in [node for node in parent if name_of(node) in IMAGES]:
            nodes = list(image.iter())
            if any(map(is_hidden_image, nodes)):
                left_out[HIDDEN_IMAGE] += 1
            elif any(map(is_cropped, nodes)):
                left_out[CROPPED] += 1
            else:
                continue
            parent.remove(image)
    return left_out


def is_hidden_image(node: Element) -> bool:
    """Return whether properties of an image, or the style of an older one, hide it."""
    if name_of(node) in ("docPr", "cNvPr"):
        return value_of(node, "hidden") not in ("", *OFF)
    return "visibility:hidden" in value_of(node, "style").replace(" ", "").lower()


def is_cropped(node: Element) -> bool:
    """Return whether Word shows only a part of an image."""
    if name_of(node) == "srcRect":
        return any(SIZE.match(value_of(node, side)) for side in "ltrb")
    crops = (value for key, value in node.attrib.items() if key.startswith("crop"))
    return name_of(node) == "imagedata" and any(crop not in NO_CROP for crop in crops)


def runs_of(root: Element) -> Iterator[tuple[Element, Element | None, bool]]:
    """Yield each run with its paragraph, and whether its row of a table is hidden."""
    waiting: list[tuple[Element, Element | None, bool]] = [(root, None, False)]
    while waiting:
        node, paragraph, hidden = waiting.pop()
        if name_of(node) == "r":
            yield node, paragraph, hidden
        elif name_of(node) == "p":
            paragraph = node
        elif name_of(node) == "tr":
            hidden = hidden or bool(switch(child_of(node, "trPr"), "hidden"))
        waiting += [(child, paragraph, hidden) for child in node]


def use_known_styles(root: Element, styles: WordStyles) -> None:
    """Replace styles by the known styles they are based on."""
    for node in root.iter():
        if name_of(node) == "pStyle":
            known = styles.known(value_of(node))
            for key in node.attrib if known else ():
                node.set(key, known)


def join_drop_caps(root: Element) -> None:
    """Move drop caps from their frames to the paragraphs they start."""
    for parent in list(root.iter()):
        following: Element | None = None
        for node in reversed(list(parent)):
            cap = value_of(child_of(node, "pPr", "framePr"), "dropCap")
            if cap in ("drop", "margin") and following is not None:
                letters = [each for each in node if name_of(each) != "pPr"]
                following[1 if child_of(following, "pPr") is not None else 0 : 0] = letters
                parent.remove(node)
            elif name_of(node) == "p":
                following = node
