"""Read the catalogues of translations, and the messages that templates and modules mark."""

import ast
import re
from collections.abc import Iterable
from gettext import GNUTranslations
from pathlib import Path

from django.utils.translation.template import templatize

LANGUAGES = ["de", "es", "fr"]
# What `templatize` makes of the tags; the last one stands for `_("...")` in an expression.
CALL = re.compile(r"\b((?:n|p|np)?gettext)\((.+?)\) |\b(_)\((\".+?\"|'.+?')\) ", re.DOTALL)
FUNCTIONS = {
    "_",
    "_now",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|\{\w+\}")
STRING = re.compile(r"u?(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')", re.DOTALL)


def marked_in_templates(paths: Iterable[Path]) -> set[str]:
    """Return the messages of templates, as they are looked up: with their context in front."""
    return {key for path in paths for key in _marked(templatize(path.read_text()))}


def _marked(source: str) -> Iterable[str]:
    for call in CALL.finditer(source):
        name, arguments = call[1] or call[3], call[2] or call[4]
        texts = [ast.literal_eval(text) for text in STRING.findall(arguments)]
        yield "\x04".join(texts[:2]) if name in ("pgettext", "npgettext") else texts[0]


def marked_in_modules(paths: Iterable[Path]) -> set[str]:
    """Return the messages of modules."""
    calls = (node for path in paths for node in ast.walk(ast.parse(path.read_text())))
    return {key for node in calls if isinstance(node, ast.Call) for key in _marked_by(node)}


def _marked_by(call: ast.Call) -> Iterable[str]:
    name = getattr(call.func, "id", "")
    texts = [each.value for each in call.args if isinstance(each, ast.Constant)]
    if name in FUNCTIONS and texts:
        yield "\x04".join(texts[:2]) if name.startswith("pgettext") else texts[0]


def read_po(folder: Path, language: str) -> dict[str, list[str]]:
    """Return the translations by message, in a list with the plurals; entries must be sorted."""
    text = (folder / language / "LC_MESSAGES/django.po").read_text()
    assert "#~" not in text
    assert "fuzzy" not in text
    entries = [_entry(lines) for lines in text.strip().split("\n\n")]
    keys = [key for key, _ in entries]
    assert keys == sorted(set(keys))
    return dict(entries[1:])


def _entry(lines: str) -> tuple[str, list[str]]:
    """Return the message, with its context in front, and the translations."""
    found = {}
    for line in lines.splitlines():
        if line.startswith("msg"):
            name, line = line.split(" ", 1)
            found[name] = ""
        if not line.startswith("#"):
            found[name] += ast.literal_eval(line)
    context = f"{found['msgctxt']}\x04" if "msgctxt" in found else ""
    translations = [text for name, text in found.items() if name.startswith("msgstr")]
    plural = [found["msgid_plural"]] if "msgid_plural" in found else []
    assert len(translations) == 1 + len(plural)
    for translation, message in zip(translations, [found["msgid"], *plural], strict=True):
        assert placeholders(translation) == placeholders(message)
    return context + found["msgid"], translations


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def read_mo(folder: Path, language: str) -> dict[str, list[str]]:
    """Return the compiled translations by message."""
    with (folder / language / "LC_MESSAGES/django.mo").open("rb") as compiled:
        catalogue = GNUTranslations(compiled)._catalog
    found: dict[str, list[str]] = {}
    for key, translation in catalogue.items():
        message, number = key if isinstance(key, tuple) else (key, 0)
        found.setdefault(message, []).insert(number, translation)
    del found[""]
    return found
