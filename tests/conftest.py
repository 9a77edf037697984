"""What every room's tests share."""

import pytest
from django.core.cache import cache
from wagtail.models import Page, Site

from digest.models import DigestPage
from tests.builders import make_digest


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Wagtail caches each site's root path; a test must not see the one before it."""
    cache.clear()


@pytest.fixture
def site(db) -> Site:
    """The default site, as the migrations make it."""
    return Site.objects.get(is_default_site=True)


@pytest.fixture
def home_page(site: Site) -> Page:
    """The site's front page, as the migrations make it."""
    return site.root_page.specific


@pytest.fixture
def digest(home_page: Page) -> DigestPage:
    """A live digest without issues, at /daily/."""
    return make_digest(home_page, tagline="All of it")
