"""Text in any script is split into the same tokens, however it is typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.contrib.search.analysis import MAX_TOKEN_LENGTH, Token, fold, spans, stem, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ünïted CAFÉ", ["united", "cafe"]),
        ("Straße STRASSE strasse", ["strasse"] * 3),
        ("İstanbul ISTANBUL", ["istanbul"] * 2),
        ("Σίσυφος ΣΊΣΥΦΟΣ", ["σισυφοσ"] * 2),
        ("й и", ["й", "и"]),
        ("ёлка елка", ["елка"] * 2),
        ("co\u00adoperate co\u200doperate", ["cooperate"] * 2),
        ("\u202eevil\u202c", ["evil"]),
        ("a\x00b\x07c\u2028d", ["a", "b", "c", "d"]),
        ("🚀 launch 👩‍🚀", ["launch"]),
        ("don't don’t", ["don", "t"] * 2),
        (
            "GPT-4 #1 a_b a+b PR#7 ASP.NET ...or",
            ["gpt", "4", "1", "a", "b", "a", "b", "pr", "7", "asp", "net", "or"],
        ),
        (
            "C++ g++, C++17 C# F♯ (.NET) Canal+",
            ["c➕➕", "g➕➕", "c➕➕", "17", "c♯", "f♯", "⸱net", "canal➕"],
        ),
        ("Ｃ＋＋ 40+ 3# # ++ .5", ["c➕➕", "40", "3", "5"]),
        ("Tromsø Ærø Þingvellir Đakovo", ["tromso", "aero", "thingvellir", "dakovo"]),
        ("Ħamrun Œuvre ðŋəɔ Ɓoŋgo ılık", ["hamrun", "oeuvre", "dneo", "bongo", "ilik"]),
        ("Қостанай Ґанок й", ["костанай", "ганок", "й"]),
        ("Oʻahu Qurʼan", ["oahu", "quran"]),
        ("3.5% 1,000", ["3", "5", "1", "000"]),
        ("H₂O x² ﬁne ½", ["h2o", "x2", "fine", "1", "2"]),
        ("人工知能", ["人", "工", "知", "能"]),
        ("AIの未来", ["ai", "の", "未", "来"]),
        ("كِتَاب كتاب", ["كتاب"] * 2),
        ("שָׁלוֹם שלום", ["שלום"] * 2),
        ("한국어", ["한국어"]),
        ("AI를 K팝 2027년부터", ["ai", "를", "k", "팝", "2027", "년부터"]),
        ("हिन्दी", ["हिन्दी"]),
        ("", []),
        ("\ud800 ok", ["ok"]),
    ],
)
def test_text_is_split_into_tokens(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize("text", ["é", "Å", "ガギ", "がぎ", "한국어", "й", "ဦ", "ệ", "ᾧ"])
def test_composed_and_decomposed_text_have_the_same_tokens(text):
    forms = {form: unicodedata.normalize(form, text) for form in ("NFC", "NFD")}
    assert tokens(forms["NFC"]) == tokens(forms["NFD"])


@pytest.mark.parametrize("text", ["❤️ ", "\ufe0f", "\u0301", "\u200b \u2060", "\u20e3"])
def test_single_marks_are_no_tokens(text):
    assert tokens(f"{text} Berlin") == ["berlin"]


def test_spans_are_offsets_in_the_original_text():
    text = "Der Fu\u0308\u00adhrer½ 未来"
    assert [(token.text, text[token.start : token.end]) for token in spans(text)] == [
        ("der", "Der"),
        ("fuhrer1", "Fu\u0308\u00adhrer½"),
        ("2", "Fu\u0308\u00adhrer½"),
        ("未", "未"),
        ("来", "来"),
    ]


def test_long_token_is_cut_off():
    assert tokens("x" * 60_000) == ["x" * MAX_TOKEN_LENGTH]


@given(st.text())
def test_spans_have_all_tokens_in_order(text):
    token_spans = list(spans(text))
    assert [token.text for token in token_spans] == tokens(text)
    assert token_spans == sorted(token_spans, key=lambda token: token.start)
    assert all(0 <= token.start < token.end <= len(text) for token in token_spans)
    assert all(isinstance(token, Token) for token in token_spans)


@given(st.text())
def test_tokens_have_no_special_characters_of_an_engine(text):
    for token in tokens(text):
        assert 0 < len(token) <= MAX_TOKEN_LENGTH
        assert not [
            c for c in token if c.isspace() or unicodedata.category(c) in ("Cc", "Cf", "Cs")
        ]
        assert not [c for c in token if c.isascii() and not c.isalnum()]
        assert token == fold(token)


@given(st.text())
def test_tokenizing_tokens_changes_nothing(text):
    assert tokens(" ".join(tokens(text))) == tokens(text)


def test_scripts_without_spaces_have_a_token_for_each_character():
    assert tokens("東京とกรุง") == ["東", "京", "と", "ก", "รุ", "ง"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["running", "runs", "run"]),
        ("en-GB", ["model", "models"]),
        ("de", ["hauser", "haus"]),
    ],
)
def test_inflections_have_the_same_stem(language, words):
    assert len({stem(word, language) for word in words}) == 1


def test_stem_depends_on_the_language():
    assert stem("hauser", "en") != stem("hauser", "de")
    assert stem("running", "xx") == "running"


def test_setting_chooses_the_stemmers(settings):
    settings.DIGEST_SEARCH_STEMMERS = {"xy": "english"}
    assert stem("swimming", "xy") == "swim"
