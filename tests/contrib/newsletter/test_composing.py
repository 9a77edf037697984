"""The mail of an issue: what it shows, and what it does not."""

import pytest

from digest.contrib.newsletter.composing import compose
from tests.builders import make_full_issue
from tests.contrib.newsletter.readers import open_newsletter

pytestmark = pytest.mark.django_db


@pytest.fixture
def newsletter(digest):
    return open_newsletter(
        digest, imprint="Harbour Press\r\nQuay 7, Port", privacy_url="https://example.org/privacy"
    )


def test_subject_and_preheader_are_those_of_the_issue(digest, newsletter):
    composed = compose(make_full_issue(digest), newsletter)
    assert (composed.subject, composed.preheader) == ("Three grids", "All in brief.")
    assert "<title>Three grids</title>" in composed.html
