"""Recognise text that is no document but data of a program, by its structure."""

import csv
import json
import re

MAX_ROWS = 200
MIN_ROWS, MIN_COLUMNS = 3, 3
XML_START = re.compile(
    r"\s*(?:<\?xml\b[^>]*>\s*)?(?:<!(?!doctype html)[^>]*>\s*)*<([\w:.-]+)", re.I
)
HTML_TAG = re.compile(
    r"(?:html|head|body|main|article|section|header|footer|div|span|p|h[1-6]|ul|ol|dl|table|pre|a"
    r"|b|i|u|s|em|strong|center|font|blockquote|img|br|hr|meta|title|style|script|link|nav|aside"
    r"|figure|details|sup|sub|del|ins|code|small|mark|cite|kbd|picture|video|iframe|form|base)\b",
    re.I,
)
CARD_START = re.compile(r"\s*BEGIN:V[A-Z]+\s")
TEX_START = re.compile(r"\s*(?:%[^\n]*\n\s*)*\\documentclass\b")
SEPARATORS = (re.compile(r",(?=\S)"), re.compile(";"), re.compile("\t"))


def data_format(text: str) -> str:
    """Return what kind of data a text is, such as "JSON", or an empty string for a document."""
    if is_json(text):
        return "JSON"
    if is_xml(text):
        return "XML"
    if CARD_START.match(text):
        return "a calendar or contacts"
    if TEX_START.match(text):
        return "TeX"
    return "a table (CSV)" if is_table(text) else ""


def is_json(text: str) -> bool:
    """Return whether a text is an object or array of JSON, or has one object per line."""
    start = text.strip()
    if not start.startswith(("{", "[")):
        return False
    first, _, rest = start.partition("\n")
    return parses(start) or (rest.lstrip().startswith("{") and parses(first))


def parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def is_xml(text: str) -> bool:
    """Return whether a text is one element of XML that is not HTML."""
    root = XML_START.match(text[:5000])
    if not root or HTML_TAG.fullmatch(root[1]):
        return False
    return text.rstrip().endswith((f"</{root[1]}>", "/>"))


def is_table(text: str) -> bool:
    """Return whether all lines have the same number of columns."""
    lines = [line for line in text.split("\n") if line.strip()][:MAX_ROWS]
    if len(lines) < MIN_ROWS:
        return False
    for separator, delimiter in zip(SEPARATORS, (",", ";", "\t"), strict=True):
        if len(separator.findall(lines[0])) >= MIN_COLUMNS - 1:
            try:
                rows = list(csv.reader(lines, delimiter=delimiter))
            except csv.Error:
                return False
            return len({len(row) for row in rows}) == 1
    return False
