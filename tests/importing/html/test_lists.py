"""Test lists that are nested by their classes only."""

import pytest

from digest.importing.html.cleaner import clean_html


def docs_list(name, level, *items, tag="ul"):
    """Return a list as Google Docs writes it: the level is a number in the class."""
    html = "".join(f"<li><span>{item}</span></li>" for item in items)
    return f'<{tag} class="c1 lst-{name}-{level} start">{html}</{tag}>'


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (
            docs_list("kix_a9-b", 0, "A")
            + docs_list("kix_a9-b", 1, "B", "C")
            + docs_list("kix_a9-b", 0, "D"),
            "<ul><li>A<ul><li>B</li><li>C</li></ul></li><li>D</li></ul>",
        ),
        (
            docs_list("2", 0, "A", tag="ol")
            + "\n"
            + docs_list("2", 1, "B")
            + docs_list("2", 2, "C", tag="ol"),
            "<ol><li>A<ul><li>B<ol><li>C</li></ol></li></ul></li></ol>",
        ),
        (docs_list("x", 1, "A") + docs_list("x", 0, "B"), "<ul><li>A</li><li>B</li></ul>"),
        (
            docs_list("x", 0, "A") + docs_list("y", 0, "B"),
            "<ul><li>A</li></ul>\n<ul><li>B</li></ul>",
        ),
        (
            docs_list("x", 0, "A") + "<p>B</p>" + docs_list("x", 1, "C"),
            "<ul><li>A</li></ul>\n<p>B</p>\n<ul><li>C</li></ul>",
        ),
        (
            "<ul class=list-1><li>A</ul><ul class=list-2><li>B</ul>",
            "<ul><li>A</li></ul>\n<ul><li>B</li></ul>",
        ),
        (
            docs_list("x", 0, "A", "B<ul><li>C</li></ul>"),
            "<ul><li>A</li><li>B<ul><li>C</li></ul></li></ul>",
        ),
    ],
)
def test_lists_of_google_docs_are_nested_by_the_level_in_their_class(written, stored):
    assert clean_html(written)[0] == stored
