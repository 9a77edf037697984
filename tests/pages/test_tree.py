"""The repair of the page tree."""

import logging

import pytest
from wagtail.models import Page

from digest.jobs import core
from digest.pages.tree import repair_child_counts
from tests.builders import make_digest, make_issue

pytestmark = pytest.mark.django_db


def test_moves_of_one_page_at_once_are_repaired(home_page, caplog):
    first, second, third = (make_digest(home_page, slug) for slug in ("one", "two", "three"))
    issue = make_issue(first, 14)
    make_issue(first, 15)
    as_others_see_it = Page.objects.get(pk=issue.pk)
    issue.move(second, "last-child")
    as_others_see_it.move(third, "last-child")
    assert Page.find_problems()[4]
    with caplog.at_level(logging.WARNING):
        core.repair_page_tree()
    assert str(third.pk) in caplog.text
    assert Page.find_problems() == ([], [], [], [], [])


@pytest.mark.parametrize("number", [0, 1, 7])
def test_wrong_number_of_children_is_corrected(digest, number):
    for day in (14, 15):
        make_issue(digest, day)
    Page.objects.filter(pk=digest.pk).update(numchild=number)
    assert repair_child_counts() == [digest.pk]
    assert Page.objects.get(pk=digest.pk).numchild == 2


def test_right_tree_is_read_in_two_queries(digest, django_assert_num_queries):
    make_issue(digest)
    with django_assert_num_queries(2):
        assert repair_child_counts() == []
