"""Hidden pages, images and drafts do not appear in the mails of public issues."""

import pytest

from digest.models import IssuePage
from tests.optional_apps import HAS_NEWSLETTER

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not HAS_NEWSLETTER, reason="the newsletter is not installed"),
]


def mail_of(issue):
    """Return the HTML and the text of the mail of an issue."""
    from digest.contrib.newsletter.composing import compose
    from digest.contrib.newsletter.messages import newsletter_of

    issue = IssuePage.objects.get(pk=issue.pk)
    composed = compose(issue, newsletter_of(issue.get_parent().specific))
    return composed.html, composed.text


def test_links_to_hidden_pages_become_text(scenario):
    # A page of another site is linked by its absolute URL, which is public there.
    expected = scenario.public | {"of_another_site"}
    for part in mail_of(scenario.referring):
        assert scenario.shown(part) == expected
        for name in scenario.cases:
            assert f"link to {name}" in part


def test_mails_of_public_issues_show_nothing_hidden(scenario):
    for name in scenario.public:
        html, text = mail_of(scenario.cases[name].issue)
        assert f"text{scenario.cases[name].word}" in text.replace("\n", "")
        assert scenario.secrets_in(html + text) == [], name
        if "private_image" in name or "private_subcollection" in name:
            assert "<img" not in html
