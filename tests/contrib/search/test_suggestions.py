"""What is suggested to a reader who is still typing."""

import pytest
from wagtail.models import Page, Site

from digest import visibility
from digest.contrib.search.log import note_search
from digest.contrib.search.parsing import TooLong
from digest.contrib.search.suggestions import suggest
from digest.models import IssuePage
from tests.builders import body, expire, make_digest, make_issue, restrict, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(site):
    """Kinds and texts of what is suggested on the site for a text."""

    def ask(text, site=site, limit=8):
        issues = visibility.public(IssuePage.objects.all(), site)
        return [(found.kind, found.text) for found in suggest(text, site, issues, limit)]

    return ask


def search_often(site, text, times=3, results=1):
    for _ in range(times):
        note_search(site, text, results)


def test_headings_of_stories_and_headlines_of_issues_are_suggested(ask, digest):
    make_issue(digest, title="Quantum Thursday", body=body(story("Quantum chips cool down")))
    found = ask("quant")
    assert ("title", "Quantum Thursday") in found
    assert ("title", "Quantum chips cool down") in found


def test_only_the_last_word_may_go_on(ask, digest):
    make_issue(digest, body=body(story("Quantum chips cool down")))
    assert ask("chips quan") == [("title", "Quantum chips cool down")]
    assert ask("quan chips") == []


def test_words_of_the_text_below_a_title_are_not_suggested(ask, digest):
    make_issue(digest, body=body(story("A heading", body="<p>Quantum chips</p>")))
    assert ask("quantum") == []


def test_case_and_diacritics_do_not_matter(ask, digest):
    make_issue(digest, body=body(story("Élan vital")))
    assert ask("ELA") == ask("éla") == [("title", "Élan vital")]


def test_titles_that_begin_so_come_first_then_the_newest(ask, digest):
    make_issue(digest, 1, body=body(story("Grid prices fall")))
    make_issue(digest, 2, body=body(story("A grid for all")))
    make_issue(digest, 3, body=body(story("The grid rests")))
    titles = [text for _kind, text in ask("grid")]
    assert titles == ["Grid prices fall", "The grid rests", "A grid for all"]


def test_a_title_that_stands_in_several_issues_is_suggested_once(ask, digest):
    for day in (1, 2, 3):
        make_issue(digest, day, body=body(story("In brief")))
    make_issue(digest, 4, body=body(story("IN BRIEF")))
    assert len(ask("brief")) == 1


def test_words_that_match_are_marked(site, digest):
    make_issue(digest, body=body(story("Chips <& quantum dots")))
    [found] = suggest("quan", site, visibility.public(IssuePage.objects.all(), site))
    assert found.marked.html == "Chips &lt;&amp; <mark>quantum</mark> dots"
    assert (found.target.story.heading, found.target.issue.slug) == (found.text, "2026-04-14")


@pytest.mark.parametrize("text", ["", " ", "q", "quantum c", "-", '"', "%", "\x00", "…"])
def test_too_little_text_suggests_nothing(ask, digest, text):
    make_issue(digest, body=body(story("Quantum chips cool down")), tags=("Quantum",))
    assert ask(text) == []


def test_one_character_of_writing_without_spaces_is_enough(ask, digest):
    make_issue(digest, body=body(story("量子计算")))
    assert ask("量") == ask("量子") == [("title", "量子计算")]


@pytest.mark.parametrize("text", ['"quan', "quan*", "(quan", "quan\u200b", "QUAN:", "-quan\x00"])
def test_what_means_something_to_an_engine_means_nothing(ask, digest, text):
    make_issue(digest, body=body(story("Quantum chips")))
    assert ask(text) == [("title", "Quantum chips")]


def test_too_long_a_text_is_refused(ask):
    with pytest.raises(TooLong):
        ask("quan " * 100)


def test_a_tag_of_a_public_issue_is_suggested(ask, digest):
    make_issue(digest, tags=("Quantum computing", "Computing quantum"))
    assert ask("quan") == [("tag", "Quantum computing")]
    assert ask("quantum co") == [("tag", "Quantum computing")]


def test_a_tag_of_hidden_issues_alone_is_not_suggested(ask, digest):
    make_issue(digest, 1, publish=False, tags=("Quantum",))
    expire(make_issue(digest, 2, tags=("Quantum",)))
    assert ask("quan") == []


def test_a_query_that_others_wrote_often_is_suggested(ask, site, digest):
    make_issue(digest, body=body(story("Chips", body="<p>Quantum leaps</p>")))
    search_often(site, "Quantum  leaps")
    assert ask("quan") == ask("QUÁNTUM le") == [("query", "quantum leaps")]
    assert ask("leaps") == ask("quantum leaps a") == []


def test_a_rare_query_is_nobody_elses(ask, site, digest):
    make_issue(digest, body=body(story("Chips", body="<p>Quantum leaps</p>")))
    search_often(site, "quantum leaps", times=2)
    assert ask("quan") == []


def test_a_query_without_public_results_now_is_not_suggested(ask, site, digest):
    issue = make_issue(digest, body=body(story("Chips", body="<p>Quantum leaps</p>")))
    search_often(site, "quantum leaps")
    issue.unpublish()
    assert ask("quan") == []


def test_a_query_that_had_no_results_is_not_suggested(ask, site, digest):
    search_often(site, "quantum leaps", results=0)
    make_issue(digest, body=body(story("Chips", body="<p>Quantum leaps</p>")))
    assert ask("quan") == []


@pytest.mark.parametrize("query", ["chips -evil", "chips OR evil", 'chips "cool down"'])
def test_nobody_can_have_words_suggested_that_no_issue_has(ask, site, digest, query):
    make_issue(digest, body=body(story("It", body="<p>Chips cool down</p>")))
    search_often(site, query)
    assert ask("chi") == []


def test_what_others_wrote_on_another_site_stays_there(ask, site, digest):
    make_issue(digest, body=body(story("Chips", body="<p>Quantum leaps</p>")))
    root = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
    other = Site.objects.create(hostname="other.example", root_page=root)
    search_often(other, "quantum leaps")
    make_issue(make_digest(root), body=body(story("Quantum elsewhere")), tags=("Quantum",))
    assert ask("quan") == []
    assert ask("quan", site=other) == [("tag", "Quantum"), ("title", "Quantum elsewhere")]


def test_words_of_hidden_issues_change_nothing(ask, site, digest, home_page):
    make_issue(digest, 1, body=body(story("Quantum chips")), tags=("Quantum",))
    search_often(site, "quantum chips")
    before = ask("quan"), ask("quantum secre")
    restrict(make_digest(home_page, "private"))
    private = Page.objects.get(slug="private").specific
    for place, fields in ((digest, {"publish": False}), (private, {})):
        hidden = {"body": body(story("Quantum secret")), "tags": ("Quantum secret",)}
        make_issue(place, 2, **hidden, **fields)
    search_often(site, "quantum secret", results=0)
    assert (ask("quan"), ask("quantum secre")) == before


def test_a_tag_and_a_query_leave_room_for_titles(ask, site, digest):
    for day in range(1, 7):
        heading = f"Quantum number {day}"
        make_issue(digest, day, body=body(story(heading)), tags=(f"Quantum {day}",))
        search_often(site, heading)
    kinds = [kind for kind, _text in ask("quan")]
    assert kinds == ["tag"] * 2 + ["query"] * 2 + ["title"] * 4
    assert len(ask("quan", limit=3)) == 3


def test_suggestions_take_few_queries_however_much_there_is(
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
def test_queries_with_more_than_words_in_them_are_not_suggested(ask, site, digest, text):
    make_issue(digest, body=body(story("A heading", body="<p>Quantum chips</p>")))
    search_often(site, text)
    assert ask("quan") == []
