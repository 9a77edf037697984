"""What else a word is found as: its forms by language, its synonyms, what goes on."""

import pytest
from wagtail.models import Locale

from digest.contrib.search import expansion
from digest.contrib.search.expansion import expand
from digest.contrib.search.matching import Term, terms
from digest.contrib.search.models import Synonyms, Word
from digest.contrib.search.parsing import parse
from tests.builders import make_digest
from tests.contrib.search.searching import stories, tell

pytestmark = pytest.mark.django_db


def looked_for(text, languages=("en",), **options):
    """The terms that a query is looked for as."""
    plan = expand(parse(text), languages, **options)
    return {" ".join(term.words) + "*" * term.is_prefix for term in terms(plan.match())}


def test_words_have_the_forms_that_the_index_has(digest):
    tell(digest, "Running runs", "ran")
    assert looked_for("run") == {"run", "runs", "running"}
    assert looked_for("run", languages=["de"]) == {"run"}
    assert looked_for("run", languages=[]) == {"run"}


@pytest.mark.parametrize(
    ("text", "found"), [("running", True), ("runs", True), ('"running"', False), ("run-of", False)]
)
def test_a_word_is_found_by_its_other_forms_and_a_phrase_is_not(digest, text, found):
    tell(digest, "They run")
    assert bool(stories(text)) is found


def test_forms_are_those_of_the_language_of_the_issue(home_page, settings):
    settings.WAGTAIL_I18N_ENABLED = True
    german = Locale.objects.create(language_code="de")
    home = home_page.copy_for_translation(german)
    home.save_revision().publish()
    digest = make_digest(home, "taeglich", locale=german)
    tell(digest, "Viele Häuser", locale=german)
    assert Word.objects.get(text="hauser").language == "de"
    assert stories("haus") == ["Viele Häuser"]


def test_so_many_forms_are_looked_for_and_no_more(digest, monkeypatch):
    monkeypatch.setattr(expansion, "MAX_FORMS", 2)
    tell(digest, "connect connected connecting connection connections")
    assert len(looked_for("connects")) == 3


@pytest.mark.parametrize(
    ("text", "found"),
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
def test_synonyms_are_looked_for_too(text, found):
    Synonyms.objects.create(terms="LLM, large  language model")
    Synonyms.objects.create(terms="model, network")
    assert looked_for(text) == found


def test_a_synonym_is_found_and_what_is_not_one_is_not(digest):
    Synonyms.objects.create(terms="LLM, large language model")
    tell(digest, "A large language model")
    tell(digest, "A large model", "of a language")
    assert stories("LLM") == ["A large language model"]
    assert stories("llm -model") == []


@pytest.mark.parametrize("split", ["", ",,", "!, ?", "one", "a, A, a"])
def test_synonyms_without_words_do_nothing(split):
    Synonyms.objects.create(terms=split)
    assert looked_for("one a") == {"one", "a"}


def test_the_last_word_may_go_on():
    assert looked_for("open mod", is_typing=True) == {"open", "mod", "mod*"}
    assert looked_for("open mod ", is_typing=True) == {"open", "mod"}
    assert looked_for('open "mod"', is_typing=True) == {"open", "mod"}
    assert looked_for("gpt-four", is_typing=True) == {"gpt four", "gpt four*"}


def test_what_is_excluded_has_no_other_forms(digest):
    tell(digest, "Running runs")
    assert expand(parse("a -run"), ["en"]).excluded == (Term(("run",)),)
    assert stories("runs -run") == ["Running runs"]


def test_however_many_words_it_takes_two_queries(digest, django_assert_num_queries):
    tell(digest, "Running runs")
    query = parse("a run OR runs of open models and grids")
    with django_assert_num_queries(2):
        expand(query, ["en", "de"])
