"""Suggestions while a reader types."""

import pytest
from wagtail.models import Page, Site

from digest import visibility
from digest.contrib.search.parsing import TooLong
from digest.contrib.search.suggestions import suggest
from digest.models import IssuePage
from tests.builders import body, expire, make_digest, make_issue, restrict, story
from tests.contrib.search.searching import search_often

pytestmark = pytest.mark.django_db


@pytest.fixture
def suggested(site):
    """Return the kinds and texts of suggestions on the site."""

    def suggested(text, site=site, limit=8):
        issues = visibility.public(IssuePage.objects.all(), site)
        return [(one.kind, one.text) for one in suggest(text, site, issues, limit)]

    return suggested


def test_headings_of_stories_and_headlines_of_issues_are_suggested(suggested, digest):
    make_issue(digest, title="Quantum Thursday", body=body(story("Quantum chips cool down")))
    suggestions = suggested("quant")
    assert ("title", "Quantum Thursday") in suggestions
    assert ("title", "Quantum chips cool down") in suggestions


def test_only_the_last_word_is_a_prefix(suggested, digest):
    make_issue(digest, body=body(story("Quantum chips cool down")))
    assert suggested("chips quan") == [("title", "Quantum chips cool down")]
    assert suggested("quan chips") == []


def test_words_of_the_text_below_a_title_are_not_suggested(suggested, digest):
    make_issue(digest, body=body(story("A heading", body="<p>Quantum chips</p>")))
    assert suggested("quantum") == []


def test_case_and_diacritics_are_ignored(suggested, digest):
    make_issue(digest, body=body(story("Élan vital")))
    assert suggested("ELA") == suggested("éla") == [("title", "Élan vital")]


def test_titles_with_the_prefix_come_first_then_the_newest(suggested, digest):
    make_issue(digest, 1, body=body(story("Grid prices fall")))
    make_issue(digest, 2, body=body(story("A grid for all")))
    make_issue(digest, 3, body=body(story("The grid rests")))
    titles = [text for _kind, text in suggested("grid")]
    assert titles == ["Grid prices fall", "The grid rests", "A grid for all"]


def test_repeated_title_is_suggested_once(suggested, digest):
    for day in (1, 2, 3):
        make_issue(digest, day, body=body(story("In brief")))
    make_issue(digest, 4, body=body(story("IN BRIEF")))
    assert len(suggested("brief")) == 1


def test_matching_words_are_highlighted(site, digest):
    make_issue(digest, body=body(story("Chips <& quantum dots")))
    [suggestion] = suggest("quan", site, visibility.public(IssuePage.objects.all(), site))
    assert suggestion.highlighted.html == "Chips &lt;&amp; <mark>quantum</mark> dots"
    result = suggestion.target
    assert (result.story.heading, result.issue.slug) == (suggestion.text, "2026-04-14")


@pytest.mark.parametrize("text", ["", " ", "q", "quantum c", "-", '"', "%", "\x00", "…"])
def test_too_little_text_suggests_nothing(suggested, digest, text):
    make_issue(digest, body=body(story("Quantum chips cool down")), tags=("Quantum",))
    assert suggested(text) == []


def test_one_character_of_a_script_without_spaces_is_enough(suggested, digest):
    make_issue(digest, body=body(story("量子计算")))
    assert suggested("量") == suggested("量子") == [("title", "量子计算")]


def test_korean_words_are_suggested_with_particles(suggested, site, digest):
    make_issue(digest, body=body(story("도서관에 책을 AI가")))
    search_often(site, "ai가 책")
    title = ("title", "도서관에 책을 AI가")
    assert suggested("도서관 책") == suggested("책") == [title]
    assert suggested("ai가") == [("query", "ai가 책"), title]


def test_words_are_suggested_in_other_spellings(suggested, digest):
    make_issue(digest, body=body(story("A follow-up in F# and .NET: 48,750 Ærø seats")))
    for text in ("followu", "follow-up", "f#", ".ne", "48750", "aer"):
        assert [kind for kind, _text in suggested(text)] == ["title"]


@pytest.mark.parametrize("text", ['"quan', "quan*", "(quan", "quan\u200b", "QUAN:", "-quan\x00"])
def test_special_characters_are_ignored(suggested, digest, text):
    make_issue(digest, body=body(story("Quantum chips")))
    assert suggested(text) == [("title", "Quantum chips")]


def test_long_text_is_rejected(suggested):
    with pytest.raises(TooLong):
        suggested("quan " * 100)


def test_tag_of_a_public_issue_is_suggested(suggested, digest):
    make_issue(digest, tags=("Quantum computing", "Computing quantum"))
    assert suggested("quan") == [("tag", "Quantum computing")]
    assert suggested("quantum co") == [("tag", "Quantum computing")]


def test_tag_of_hidden_issues_is_not_suggested(suggested, digest):
    make_issue(digest, 1, publish=False, tags=("Quantum",))
    expire(make_issue(digest, 2, tags=("Quantum",)))
    assert suggested("quan") == []


def test_popular_query_is_suggested(suggested, site, digest):
    make_issue(digest, body=body(story("Chips", body="<p>Quantum leaps</p>")))
    search_often(site, "Quantum  leaps")
    assert suggested("quan") == suggested("QUÁNTUM le") == [("query", "quantum leaps")]
    assert suggested("leaps") == suggested("quantum leaps a") == []


def test_rare_query_is_not_suggested(suggested, site, digest):
    make_issue(digest, body=body(story("Chips", body="<p>Quantum leaps</p>")))
    search_often(site, "quantum leaps", days=2)
    assert suggested("quan") == []


def test_query_without_public_results_is_not_suggested(suggested, site, digest):
    issue = make_issue(digest, body=body(story("Chips", body="<p>Quantum leaps</p>")))
    search_often(site, "quantum leaps")
    issue.unpublish()
    assert suggested("quan") == []


def test_query_logged_without_results_is_not_suggested(suggested, site, digest):
    search_often(site, "quantum leaps", results=0)
    make_issue(digest, body=body(story("Chips", body="<p>Quantum leaps</p>")))
    assert suggested("quan") == []


@pytest.mark.parametrize("query", ["chips -evil", "chips OR evil", 'chips "cool down"'])
def test_query_with_operators_is_not_suggested(suggested, site, digest, query):
    make_issue(digest, body=body(story("It", body="<p>Chips cool down</p>")))
    search_often(site, query)
    assert suggested("chi") == []


def test_query_of_another_site_is_not_suggested(suggested, site, digest):
    make_issue(digest, body=body(story("Chips", body="<p>Quantum leaps</p>")))
    root = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
    other = Site.objects.create(hostname="other.example", root_page=root)
    search_often(other, "quantum leaps")
    make_issue(make_digest(root), body=body(story("Quantum elsewhere")), tags=("Quantum",))
    assert suggested("quan") == []
    assert suggested("quan", site=other) == [("tag", "Quantum"), ("title", "Quantum elsewhere")]


def test_words_of_hidden_issues_change_nothing(suggested, site, digest, home_page):
    make_issue(digest, 1, body=body(story("Quantum chips")), tags=("Quantum",))
    search_often(site, "quantum chips")
    before = suggested("quan"), suggested("quantum secre")
    restrict(make_digest(home_page, "private"))
    private = Page.objects.get(slug="private").specific
    for place, fields in ((digest, {"publish": False}), (private, {})):
        hidden = {"body": body(story("Quantum secret")), "tags": ("Quantum secret",)}
        make_issue(place, 2, **hidden, **fields)
    search_often(site, "quantum secret", results=0)
    assert (suggested("quan"), suggested("quantum secre")) == before


def test_tags_and_queries_leave_room_for_titles(suggested, site, digest):
    for day in range(1, 7):
        heading = f"Quantum number {day}"
        make_issue(digest, day, body=body(story(heading)), tags=(f"Quantum {day}",))
        search_often(site, heading)
    kinds = [kind for kind, _text in suggested("quan")]
    assert kinds == ["tag"] * 2 + ["query"] * 2 + ["title"] * 4
    assert len(suggested("quan", limit=3)) == 3


def test_number_of_database_queries_does_not_grow_with_suggestions(
    site, digest, django_assert_max_num_queries
):
    for day in range(1, 12):
        make_issue(digest, day, body=body(story(f"Quantum {day}")), tags=(f"Quantum {day}",))
    issues = visibility.public(IssuePage.objects.all(), site)
    with django_assert_max_num_queries(8):
        assert len(suggest("quan", site, issues)) == 8


@pytest.mark.parametrize(
    "text", ["quantum 💩 >>>", 'quantum "chips"', "quantum -chips", "quantum!"]
)
def test_query_with_other_characters_is_not_suggested(suggested, site, digest, text):
    make_issue(digest, body=body(story("A heading", body="<p>Quantum chips</p>")))
    search_often(site, text)
    assert suggested("quan") == []
