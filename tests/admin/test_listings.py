"""Empty listings of the admin."""

import pytest

pytestmark = pytest.mark.django_db
# The URL, how the first entry comes to be, and the query of a list that finds nothing.
NARROWED = {"q": "zebra", "state": "draft", "latest_results": "0"}
CORE = [
    ("/admin/digest/issues/", "Choose “New issue” to start the first one", NARROWED),
    ("/admin/digest/sources/", "The first one appears when you publish an issue", NARROWED),
    ("/admin/digest/previews/", "To create one, open an issue", None),  # has no search or filter
]
OPTIONAL = [
    ("/admin/reports/searches/", "appears once a reader has searched", NARROWED),
    ("/admin/search-synonyms/", "Choose “Add synonyms”", NARROWED),
    ("/admin/digest/mailings/", "The first one is created when you send an issue", NARROWED),
    ("/admin/digest/subscribers/", "The first ones appear when a digest is open", NARROWED),
]


def assert_explained(client, url, sentence, narrowed):
    assert sentence in client.get(url).content.decode()
    # Nothing matches, which says nothing about the first entry.
    assert not narrowed or sentence not in client.get(url, narrowed).content.decode()


@pytest.mark.parametrize(("url", "sentence", "narrowed"), CORE)
def test_empty_listing_says_how_the_first_entry_comes_to_be(admin_client, url, sentence, narrowed):
    assert_explained(admin_client, url, sentence, narrowed)


@pytest.mark.optional_apps
@pytest.mark.parametrize(("url", "sentence", "narrowed"), OPTIONAL)
def test_empty_listing_of_an_optional_app_does_so_too(admin_client, url, sentence, narrowed):
    assert_explained(admin_client, url, sentence, narrowed)
