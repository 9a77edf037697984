"""Settings of the discussion of issues: validated, with a term that stays and a language."""

import pytest
from django.core.exceptions import ValidationError

from digest.models import IssuePage
from digest.pages.discussion import giscus_language
from tests.builders import GISCUS, make_issue

pytestmark = pytest.mark.django_db


def cleaned(digest, **fields):
    for name, value in (GISCUS | fields).items():
        setattr(digest, name, value)
    digest.full_clean()
    return digest


@pytest.mark.parametrize(
    "written",
    [
        "acme/comments",
        "https://github.com/acme/comments",
        "https://github.com/acme/comments.git",
        " github.com/acme/comments/",
    ],
)
def test_url_of_a_repository_becomes_its_name(digest, written):
    assert cleaned(digest, giscus_repo=written).giscus_repo == "acme/comments"


@pytest.mark.parametrize(
    "written",
    ["comments", "not a repo", "a/b/c", "https://example.com/a/b", "https://github.com/a", "a/b?c"],
)
def test_what_is_no_repository_is_a_field_error(digest, written):
    with pytest.raises(ValidationError) as error:
        cleaned(digest, giscus_repo=written)
    assert "owner/name" in str(error.value.message_dict["giscus_repo"])


def test_interchanged_ids_are_field_errors(digest):
    ids = {
        "giscus_repo_id": GISCUS["giscus_category_id"],
        "giscus_category_id": GISCUS["giscus_repo_id"],
    }
    with pytest.raises(ValidationError) as error:
        cleaned(digest, **ids)
    assert set(error.value.message_dict) == set(ids)


def test_ids_with_other_characters_are_field_errors(digest):
    with pytest.raises(ValidationError) as error:
        cleaned(digest, giscus_repo_id='data-repo-id="R_1"')
    assert set(error.value.message_dict) == {"giscus_repo_id"}


def test_ids_in_the_old_format_are_valid(digest):
    old = {"giscus_repo_id": "MDEwOlJlcG9zaXRvcnkx=", "giscus_category_id": "MDE4OkRpc2N1c3Npb24="}
    cleaned(digest, **old)


def test_term_stays_when_issue_and_digest_are_renamed(digest):
    cleaned(digest).save()
    issue = make_issue(digest)
    before = issue.discussion["term"]
    digest.slug = "other"
    digest.save()
    issue.slug = "renamed"
    issue.save_revision().publish()
    assert IssuePage.objects.get(pk=issue.pk).discussion["term"] == before


def test_issues_have_different_terms(digest):
    cleaned(digest).save()
    terms = {make_issue(digest, day).discussion["term"] for day in (14, 15)}
    assert len(terms) == 2


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("de", "de"),
        ("de-at", "de"),
        ("pt-BR", "pt"),
        ("zh-tw", "zh-TW"),
        ("zh-hant-hk", "zh-TW"),
        ("el", "gr"),
        ("sv", "en"),
    ],
)
def test_language_is_one_that_giscus_has(code, expected):
    assert giscus_language(code) == expected
