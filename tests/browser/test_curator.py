"""From a feed to a published issue: the curator of the docs submits, an editor approves."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from digest.contrib.submissions.models import ApiKey
from digest.models import DigestPage
from tests.contrib.submissions.curator import RSS, curate
from tests.http.servers import Server, running

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

TITLE = "Tugs switch to batteries"
HEADINGS = [TITLE, "A crane gets a *second* [life]", "The bridge opens at 4 < 5"]
WHY = "A quiet harbour can work at night."
BOTTOM_LINE = "Old machines find new work."


@pytest.fixture
def feed() -> Iterator[Server]:
    with running() as server:
        server.set_response("/feed.xml", body=RSS, Content_Type="application/rss+xml")
        yield server


@pytest.fixture
def api_key(digest: DigestPage) -> str:
    """Return a key for a digest that requires a bottom line."""
    digest.checklist = {"rules": {"bottom_line": "required"}}
    digest.save_revision().publish()
    call_command("create_roles", verbosity=0)
    curator = User.objects.create_user("curator")
    curator.groups.add(Group.objects.get(name="Digest writers"))
    return ApiKey.make("Morning curator", curator, [digest])[1]


@pytest.fixture
def response(api_key: str, feed: Server, site_url: str, tmp_path) -> dict:
    """Run the script, and return what it prints."""
    done = curate(tmp_path, api_key, feed.url("/feed.xml", "localhost"), site_url, "daily")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_editor_approves_what_the_script_submitted(
    response: dict, api_key: str, open_editor: Callable, open_page: Callable
):
    assert not response["publishable"]
    editor = open_editor()
    find_draft(editor)
    read_report(editor)
    panel = open_checklist(editor)
    expect_refusal(editor)
    repair(editor, panel)
    publish(editor)
    outcome = read_outcome(editor, response, api_key)
    read_issue(open_page(), outcome["url"])


def find_draft(editor):
    """Open the draft from the list of submissions."""
    editor.page.get_by_role("button", name="Digests").click()
    editor.page.get_by_role("link", name="Submissions", exact=True).click()
    row = editor.page.get_by_role("row").filter(has_text=TITLE)
    for text in ("Draft", "Morning curator", "curate.py"):
        expect(row).to_contain_text(text)
    editor.take_screenshot("curator-submissions")
    row.get_by_role("link", name=TITLE).click()
    expect(editor.title).to_have_value(TITLE)


def read_report(editor):
    """Read in the side panel where the draft is from."""
    editor.page.get_by_role("button", name="Submission", exact=True).click()
    panel = editor.page.locator("[data-side-panel=submission]")
    for text in ("Morning curator", "curate.py", "3 sources of stories, everything understood."):
        expect(panel).to_contain_text(text)
    editor.take_screenshot("curator-panel")


def open_checklist(editor):
    """Open the checklist panel and return it."""
    editor.page.get_by_role("button", name="Checklist", exact=True).click()
    panel = editor.page.locator("[data-side-panel=checklist]")
    expect(panel.get_by_role("button", name="Add a bottom line.")).to_be_visible()
    expect(panel.get_by_role("button", name="Say why it matters.")).to_have_count(3)
    editor.take_screenshot("curator-checklist")
    return panel


def expect_refusal(editor):
    """Try to publish before the bottom line is written."""
    editor.publish()
    expect(editor.message).to_contain_text("could not be")
    editor.wait_for_initial_state()


def repair(editor, panel):
    """Add what the digest requires, and why the first story matters."""
    panel.get_by_role("button", name="Add a bottom line.").click()
    editor.write(editor.block("bottom_line"), "text", BOTTOM_LINE)
    panel.get_by_role("button", name="Say why it matters.").first.click()
    editor.write(editor.blocks("story_section").first, "why_it_matters", WHY)
    expect(panel.get_by_role("button", name="Say why it matters.")).to_have_count(2)
    expect(panel.get_by_role("button", name="Add a bottom line.")).to_have_count(0)


def publish(editor):
    editor.publish()
    expect(editor.message).to_contain_text("has been published.")


def read_outcome(editor, response, api_key) -> dict:
    """Ask with the key what became of the submission."""
    headers = {"Authorization": f"Bearer {api_key}"}
    url = f"/api/v1/submissions/{response['id']}/"
    found = editor.page.request.get(url, headers=headers).json()
    assert found["state"] == "published"
    assert found["outcome"]["changed_by_editors"]
    assert found["outcome"]["stories"] == {"kept": 2, "edited": 1, "dropped": 0, "added": 0}
    return found["outcome"]


def read_issue(page, url):
    """Read the public page as an anonymous reader."""
    page.goto(urlsplit(url).path)
    expect(page.locator("h1")).to_have_text(TITLE)
    stories = page.locator("article h2")
    for heading in HEADINGS:
        expect(stories.filter(has_text=heading).first).to_be_visible()
    for text in (WHY, BOTTOM_LINE, "It lifts books now, # 1 of a row."):
        expect(page.get_by_text(text)).to_be_visible()
    source = page.locator('a[href="https://wire.example/tugs?a=1&b=2"]')
    expect(source).to_have_text(TITLE)
    expect(page.get_by_text("Approved by the editors of Daily on")).to_be_visible()
