"""Words of this project alone, replaced by the field's own, do not come back."""

import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.docs.markdown import ROOT

FILES = ["digest", "cms", "home", "search", "tests", "benchmarks", "docs", "README.md"]
FILES += ["CONTRIBUTING.md", ":!*/migrations/*", ":!home/samples/*", ":!tests/docs/test_words.py"]
FILES += [":!*/package-lock.json"]

# Patterns in lower case, and what to write instead.
WORDS = {
    "kept_or_made": "get_or_render, cached_response",
    "let_keep": "set_cache_headers",
    "never_keep": "mark_no_store",
    "keptresponse": "CachedResponse",
    "kept answers?": "cached response",
    "whole answers?": "complete response",
    "torn answers?": "inconsistent response",
    "made anew": "rendered again, rebuilt",
    "the same for everybody": "public, cacheable",
    "for_everybody": "public, cacheable",
    "shown_until": "expires_at",
    "good_until": "fresh_until",
    "(?:in )?one_look": "snapshot",
    "one_moment": "repeatable_read",
    "take_turns": "lock",
    "asks (?:the|a) database": "queries the database",
    "that was asked": "request host, request URL",
    "what may be asked": "query parameters, allowed values",
    "caches? in front": "front-end cache, reverse proxy, CDN",
    "tells? a cache": "purge a cache",
    "told to drop": "purged",
    "wholehostbackend": "HostPurgeBackend",
    "let in to": "authorized, passed the view restriction",
    "closed paths": "view restrictions",
    "leaves? the house": "is public output, is serialized",
    "source_?map": "field_map",
    "drafted_date": "draft_date",
    "ahead of its row": "with unpublished changes",
    "may_be_broken": "tolerate_broken_body",
    "mend(?:s|ed|ing)?": "repair, fix, rebuild",
    "overtaken": "superseded",
    "taken back": "unpublished",
    "takes? back": "unpublish",
    "dear": "expensive",
    "ran before": "previously published",
    "slips?": "finding",
    "manners": "RobotsPolicy, crawl policy",
    "register of sources": "source index",
    "cited last first": "most recently cited first",
    "page furniture": "boilerplate, page chrome",
    "sizes of pictures": "renditions",
    "words for an image": "alt text",
    "editor's desk": "editor interface, Wagtail admin",
    "other forms of a word": "stemming, inflections",
    "stands on": "depends on",
    "by way of": "with, through",
    "is to be had": "is available",
}
# A space in a pattern is an underscore, or a line break in a comment, too.
SPACED = {word.replace(" ", r"[\s_]+(?:(?:#|\*|//) *)?"): WORDS[word] for word in WORDS}
# Without capturing groups, with which the search would take ten times as long.
PATTERN = re.compile(rf"(?<![^\W_])(?:{'|'.join(SPACED)})(?![^\W_])")


def find(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number of a line with a removed word, and what to write instead."""
    text = text.lower()
    for match in PATTERN.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        better = next(SPACED[word] for word in SPACED if re.fullmatch(word, match[0]))
        yield line, f"{match[0]!r}: write {better}"


def test_removed_words_do_not_come_back():
    listed = subprocess.check_output(["git", "ls-files", "--", *FILES], cwd=ROOT, text=True)
    found = [
        f"{name}:{line}: {message}"
        for name in listed.splitlines()
        for line, message in find((ROOT / name).read_text(encoding="utf-8", errors="ignore"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text", ["def test_issues_taken_back():", "# It is taken\n# back.", "Taken back", "_take_turns"]
)
def test_words_are_found_in_names_and_comments(text):
    assert len([*find(text)]) == 1


@pytest.mark.parametrize("text", ["mistaken back", "amendment", "who may see what", "one_looks"])
def test_other_words_are_not_found(text):
    assert [*find(text)] == []
