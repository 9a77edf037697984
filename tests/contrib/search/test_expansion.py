"""Words are expanded to inflections by language, synonyms and prefixes."""

import pytest
from wagtail.models import Locale

from digest.contrib.search import expansion
from digest.contrib.search.expansion import expand
from digest.contrib.search.matching import Term, terms
from digest.contrib.search.models import Synonyms, Word
from digest.contrib.search.parsing import parse
from tests.builders import make_digest
from tests.contrib.search.searching import add_story, stories

pytestmark = pytest.mark.django_db


def expanded(text, languages=("en",), **options):
    """Return the terms of an expanded query, as text."""
    plan = expand(parse(text), languages, **options)
    return {" ".join(term.words) + "*" * term.is_prefix for term in terms(plan.match())}


def test_words_expand_to_inflections_in_the_vocabulary(digest):
    add_story(digest, "Running runs", "ran")
    assert expanded("run") == {"run", "runs", "running"}
    assert expanded("run", languages=["de"]) == {"run"}
    assert expanded("run", languages=[]) == {"run"}


@pytest.mark.parametrize(
    ("text", "is_match"),
    [("running", True), ("runs", True), ('"running"', False), ("run-of", False)],
)
def test_words_match_inflections_and_phrases_do_not(digest, text, is_match):
    add_story(digest, "They run")
    assert bool(stories(text)) is is_match


def test_inflections_are_of_the_issues_language(home_page, settings):
    settings.WAGTAIL_I18N_ENABLED = True
    german = Locale.objects.create(language_code="de")
    home = home_page.copy_for_translation(german)
    home.save_revision().publish()
    digest = make_digest(home, "taeglich", locale=german)
    add_story(digest, "Viele Häuser", locale=german)
    assert Word.objects.get(text="hauser").language == "de"
    assert stories("haus") == ["Viele Häuser"]


def test_number_of_inflections_is_limited(digest, monkeypatch):
    monkeypatch.setattr(expansion, "MAX_INFLECTIONS", 2)
    add_story(digest, "connect connected connecting connection connections")
    assert len(expanded("connects")) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LLM", {"llm", "large language model"}),
        ("models", {"models", "network"}),
        ("large language models", {"large", "language", "models", "llm"}),
        ("the LLM", {"the", "llm", "large language model"}),
        ("LLM OR grid", {"llm", "grid", "large language model"}),
        ('"LLM"', {"llm"}),
        ("large grid", {"large", "grid"}),
    ],
)
def test_words_expand_to_synonyms(text, expected):
    Synonyms.objects.create(terms="LLM, large  language model")
    Synonyms.objects.create(terms="model, network")
    assert expanded(text) == expected


def test_only_synonyms_match(digest):
    Synonyms.objects.create(terms="LLM, large language model")
    add_story(digest, "A large language model")
    add_story(digest, "A large model", "of a language")
    assert stories("LLM") == ["A large language model"]
    assert stories("llm -model") == []


@pytest.mark.parametrize("split", ["", ",,", "!, ?", "one", "a, A, a"])
def test_synonyms_without_words_are_ignored(split):
    Synonyms.objects.create(terms=split)
    assert expanded("one a") == {"one", "a"}


def test_last_word_expands_to_a_prefix_while_typing():
    assert expanded("open mod", is_typing=True) == {"open", "mod", "mod*"}
    assert expanded("open mod ", is_typing=True) == {"open", "mod"}
    assert expanded('open "mod"', is_typing=True) == {"open", "mod"}
    assert expanded("gpt four-", is_typing=True) == {"gpt", "four", "four*"}
    four = {"gpt four", "gptfour"}
    assert expanded("gpt-four", is_typing=True) == four | {"gpt four*", "gptfour*"}


def test_hyphenated_word_expands_to_inflections_of_the_joined_one(digest):
    add_story(digest, "Buyouts and the buy-ins")
    assert expanded("buy-out") == {"buy out", "buyout", "buyouts"}
    assert stories("buyin") == stories("buy-in") == ["Buyouts and the buy-ins"]


def test_korean_word_expands_to_a_prefix():
    assert expanded('서버 "서버" gpt를') == {"서버", "서버*", "gpt 를", "gpt 를*"}
    assert expanded("도서관에서는") == {"도서관에서는", "도서관에서는*", "도서관*"}
    assert expanded("회의") == {"회의", "회의*"}
    assert expand(parse("a -도서관이"), ["ko"]).excluded == (
        Term(("도서관이",)),
        Term(("도서관이",), is_prefix=True),
    )


def test_adjacent_groups_of_digits_expand_to_a_number():
    assert expanded("48 750 seats") == {"48", "750", "48750", "seats"}
    assert expanded('48 "750" 2027 500') == {"48", "750", "2027", "500"}


def test_excluded_words_are_not_expanded(digest):
    add_story(digest, "Running runs")
    assert expand(parse("a -run"), ["en"]).excluded == (Term(("run",)),)
    assert stories("runs -run") == ["Running runs"]


def test_expansion_takes_two_database_queries(digest, django_assert_num_queries):
    add_story(digest, "Running runs")
    query = parse("a run OR runs of open models and grids")
    with django_assert_num_queries(2):
        expand(query, ["en", "de"])
