"""Compute the styles of elements from style sheets and style attributes.

Only what a reader would notice missing: no pseudo-classes, no sibling combinators, and of the media
queries only those that always hold on a screen.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from digest.importing.errors import DocumentError
from digest.importing.html.tokens import HtmlToken

MAX_STYLE_LENGTH = 20_000
MAX_CLASSES = 50
MAX_STEPS = 3_000_000
# A page may set its links or quotes in bold by tag: that is its design, not emphasis.
FORMATS = ("font-weight", "font-style", "text-decoration", "text-decoration-line", "vertical-align")
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
BRACES = re.compile(r"([{}])")
# Blocks of rules that hold on a screen: "@media screen, print", "@layer base".
ON_SCREEN = re.compile(
    r"@media\s+(?:[^,]*,)*\s*(?:only\s+)?(?:all|screen)\s*(?:,.*)?|@layer\b.*"
    r"|@supports\b(?!\s+not\b).*",
    re.IGNORECASE | re.DOTALL,
)
IDENTIFIER = r"[\w-]+"
SIMPLE = rf"[.#]{IDENTIFIER}|\[\s*{IDENTIFIER}\s*(?:=\s*[\"']?[^\]\"']*[\"']?\s*)?\]"
COMPOUND = re.compile(rf"(?:{IDENTIFIER}|\*)?(?:{SIMPLE})*")
PIECE = re.compile(rf"{SIMPLE}|{IDENTIFIER}")
COMBINATOR = re.compile(r"\s*(>)\s*|\s+")

Styles = dict[str, str]
Weight = tuple[bool, tuple[int, int, int], int]


@dataclass(frozen=True)
class Element:
    """What selectors look at."""

    tag: str
    attributes: dict[str, str]

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the simple selectors that match this element, such as ``.lead``."""
        classes = self.attributes.get("class", "").split()[:MAX_CLASSES]
        names = {self.tag, *(f".{name}" for name in classes)}
        if identity := self.attributes.get("id", "").strip():
            names.add(f"#{identity}")
        return frozenset(names)


@dataclass(frozen=True)
class Compound:
    """A compound selector; ``child`` if what follows is its child, not any descendant."""

    names: frozenset[str]
    attributes: tuple[tuple[str, str | None], ...]
    child: bool

    def matches(self, element: Element, names: frozenset[str]) -> bool:
        return self.names <= names and all(
            name in element.attributes and value in (None, element.attributes[name])
            for name, value in self.attributes
        )


@dataclass(frozen=True)
class Rule:
    """A selector with its declarations."""

    compounds: tuple[Compound, ...]
    declarations: dict[str, tuple[str, bool]]
    order: int

    @cached_property
    def specificity(self) -> tuple[int, int, int]:
        names = [name[0] for compound in self.compounds for name in compound.names]
        attributes = sum(len(compound.attributes) for compound in self.compounds)
        ids, classes = names.count("#"), names.count(".")
        return ids, classes + attributes, len(names) - ids - classes

    @property
    def key(self) -> str:
        """Return a simple selector that an element needs in order to match."""
        return max(self.compounds[-1].names, key=lambda name: ".#".find(name[0]), default="*")


@dataclass
class StyleSheet:
    """The rules of all style sheets of a document, by a simple selector."""

    rules: dict[str, list[Rule]] = field(default_factory=lambda: defaultdict(list))
    count: int = 0
    steps: int = 0

    def add(self, css: str) -> None:
        for selectors, body in rules_of(css):
            declarations = parse_declarations(body)
            for selector in selectors.split(",") if declarations else ():
                if compounds := parse_selector(selector.strip()):
                    self.count += 1
                    rule = Rule(compounds, declarations, self.count)
                    self.rules[rule.key].append(rule if any(rule.specificity[:2]) else plain(rule))

    def styles(self, element: Element, ancestors: Sequence[Element] = ()) -> Styles:
        """Return the declared values of an element by property."""
        found: dict[str, tuple[Weight, str]] = {}
        names = element.names
        for rule in self._candidates(names):
            if self._matches(rule, element, names, ancestors):
                add_declarations(found, rule.declarations, rule.specificity, rule.order)
        inline = element.attributes.get("style", "")
        if inline:
            add_declarations(found, parse_declarations(inline), (9, 0, 0), 0)
        return {name: value for name, (_, value) in found.items()}

    def _candidates(self, names: Iterable[str]) -> Iterator[Rule]:
        if self.rules:
            for name in ("*", *names):
                yield from self.rules.get(name, ())

    def _matches(
        self, rule: Rule, element: Element, names: frozenset[str], ancestors: Sequence[Element]
    ) -> bool:
        """Match from right to left; each compound takes the nearest ancestor it matches."""
        *outer, last = rule.compounds
        self._count_step()
        if not last.matches(element, names):
            return False
        above = len(ancestors)
        for compound in reversed(outer):
            while above > 0:
                above -= 1
                self._count_step()
                if compound.matches(ancestors[above], ancestors[above].names):
                    break
                if compound.child:
                    return False
            else:
                return False
        return True

    def _count_step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise DocumentError("It is too large: its style sheets have too many rules.")


def plain(rule: Rule) -> Rule:
    """Return a rule without its formats of text."""
    kept = {name: value for name, value in rule.declarations.items() if name not in FORMATS}
    return replace(rule, declarations=kept)


def add_declarations(
    found: dict[str, tuple[Weight, str]],
    declarations: dict[str, tuple[str, bool]],
    specificity: tuple[int, int, int],
    order: int,
) -> None:
    """Add declarations where they have at least the weight of those found before."""
    for name, (value, important) in declarations.items():
        weight = important, specificity, order
        if name not in found or found[name][0] <= weight:
            found[name] = weight, value


def parse_declarations(text: str) -> dict[str, tuple[str, bool]]:
    """Return the value of each property, in lower case, and whether it is important."""
    declarations: dict[str, tuple[str, bool]] = {}
    for declaration in COMMENT.sub("", text[:MAX_STYLE_LENGTH]).lower().split(";"):
        name, colon, value = declaration.partition(":")
        value, mark, _ = value.partition("!")
        if colon and value.strip():
            declarations[name.strip()] = " ".join(value.split()), bool(mark)
    return declarations


def style_sheet(tokens: list[HtmlToken]) -> StyleSheet:
    """Return the rules of all style elements that apply on a screen."""
    sheet, reading = StyleSheet(), False
    for token in tokens:
        if token.kind == "css" and reading:
            sheet.add(token.name)
        reading = token.kind == "start" and token.name == "style" and is_on_screen(token)
    return sheet


def is_on_screen(token: HtmlToken) -> bool:
    return token.attributes.get("media", "all").strip().lower() in ("", "all", "screen")


def rules_of(css: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and declarations, also of media queries that always hold on a screen."""
    skipped, pieces = 0, BRACES.split(COMMENT.sub("", css).replace("<!--", "").replace("-->", ""))
    selectors = ""
    for text, brace in zip(pieces[0::2], pieces[1::2], strict=False):
        prelude = text.rpartition(";")[2].strip()
        if skipped:
            skipped += 1 if brace == "{" else -1
        elif brace == "}":
            if selectors:
                yield selectors, text
            selectors = ""
        elif prelude.startswith("@"):
            skipped = not ON_SCREEN.fullmatch(prelude)
        else:
            selectors = prelude


def parse_selector(selector: str) -> tuple[Compound, ...]:
    """Return the compounds of a selector, or nothing if it has parts that are not supported."""
    pieces = COMBINATOR.split(selector)
    texts, combinators = pieces[0::2], [*pieces[1::2], None]
    if not all(text and COMPOUND.fullmatch(text) for text in texts):
        return ()
    pairs = zip(texts, combinators, strict=True)
    return tuple(parse_compound(text, child=bool(combinator)) for text, combinator in pairs)


def parse_compound(text: str, *, child: bool) -> Compound:
    names, attributes = set(), []
    for piece in PIECE.findall(text):
        if piece[0] == "[":
            name, equals, value = piece.strip("[] ").partition("=")
            attributes.append((name.strip().lower(), value.strip(" \"'") if equals else None))
        else:
            names.add(piece if piece[0] in ".#" else piece.lower())
    return Compound(frozenset(names), tuple(attributes), child)
