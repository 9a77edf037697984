"""Side panels that apps add to the editor of an issue."""

import pytest
from django.urls import reverse
from wagtail.admin.ui.side_panels import BaseSidePanel

from digest.registry import registry
from tests.admin.issues.test_checklist import data
from tests.builders import make_issue

pytestmark = pytest.mark.django_db


class Panel(BaseSidePanel):
    """Names its digest and its issue."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label, icon_name = "Toggle", "help"

    name, title, order = "added", "Added", 900

    def render_html(self, parent_context=None):
        return self.text


def panels(issue, request, digest):
    panel = Panel(issue, request)
    panel.text = f"{request.user}: {digest.title}, {issue.title or 'new'}"
    return [panel]


@pytest.fixture(autouse=True)
def _panel_of_app(monkeypatch):
    monkeypatch.setattr(registry, "issue_side_panels", [f"{__name__}.panels"])


def test_issue_has_the_panels_of_apps(admin_client, digest):
    issue = make_issue(digest, title="Three grids")
    html = admin_client.get(reverse("wagtailadmin_pages:edit", args=[issue.pk])).content.decode()
    assert 'data-side-panel="added"' in html
    assert "admin: Daily, Three grids" in html


def test_new_issue_has_the_panels_of_apps(admin_client, digest):
    url = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])
    assert "admin: Daily, new" in admin_client.get(url).content.decode()


def test_autosave_response_has_no_panel(admin_client, digest):
    url = reverse("wagtailadmin_pages:edit", args=[make_issue(digest).pk])
    response = admin_client.post(url, data(), headers={"accept": "application/json"})
    assert "Daily, " not in response.content.decode()
