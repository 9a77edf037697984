"""Empty listings of the admin."""

import pytest

pytestmark = pytest.mark.django_db
CORE = {
    "/admin/digest/issues/": "Choose “New issue” to start the first one",
    "/admin/digest/sources/": "The first one appears when you publish an issue",
    "/admin/digest/previews/": "To create one, open an issue",
}
OPTIONAL = {
    "/admin/reports/searches/": "appears once a reader has searched",
    "/admin/search-synonyms/": "Choose “Add synonyms”",
    "/admin/digest/mailings/": "The first one is created when you send an issue",
    "/admin/digest/subscribers/": "The first ones appear when a digest is open",
}


def assert_explained(client, url, sentence):
    assert sentence in client.get(url).content.decode()
    # Nothing matches, which says nothing about the first entry.
    narrowed = client.get(url, {"q": "zebra", "state": "draft", "latest_results": "0"})
    assert sentence not in narrowed.content.decode() or url == "/admin/digest/previews/"


@pytest.mark.parametrize(("url", "sentence"), CORE.items())
def test_empty_listing_says_how_the_first_entry_comes_to_be(admin_client, url, sentence):
    assert_explained(admin_client, url, sentence)


@pytest.mark.optional_apps
@pytest.mark.parametrize(("url", "sentence"), OPTIONAL.items())
def test_empty_listing_of_an_optional_app_does_so_too(admin_client, url, sentence):
    assert_explained(admin_client, url, sentence)
