"""The table of states, the oracle and ``digest.visibility`` agree."""

import pytest
from wagtail.models import Page, Site

from digest import visibility
from tests.visibility.oracle import Oracle

pytestmark = pytest.mark.django_db


def public_pages(site=visibility.ANY_SITE):
    return set(visibility.public(Page.objects.all(), site).values_list("pk", flat=True))


def test_oracle_agrees_with_the_table_of_states(scenario):
    oracle = Oracle()
    seen = {
        case.name for case in scenario.cases.values() if oracle.sees(case.issue.pk, scenario.site)
    }
    assert seen == scenario.public


@pytest.mark.parametrize("i18n", [False, True])
def test_visibility_agrees_with_the_oracle_for_every_page_and_site(scenario, settings, i18n):
    settings.WAGTAIL_I18N_ENABLED = i18n
    oracle = Oracle()
    assert public_pages() == oracle.seen(oracle.pages)
    for site in Site.objects.all():
        assert public_pages(site) == oracle.seen(oracle.pages, site)
    assert public_pages(None) == set()


def test_nested_and_overlapping_sites(scenario):
    section = scenario.cases["live"].issue.get_parent().get_parent()
    inner = Site.objects.create(hostname="inner.example", root_page=section)
    twin = Site.objects.create(hostname="twin.example", root_page=scenario.home)
    whole = Site.objects.create(hostname="whole.example", root_page=Page.get_first_root_node())
    oracle = Oracle()
    for site in (inner, twin, whole):
        assert public_pages(site) == oracle.seen(oracle.pages, site)
    assert public_pages(twin) == public_pages(scenario.site) > public_pages(inner)
