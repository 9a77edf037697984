"""The page that asks for the password of a private issue."""

import pytest
from bs4 import BeautifulSoup

from tests.builders import make_issue, restrict
from tests.html import read, texts

pytestmark = pytest.mark.django_db
URL = "/daily/2026-04-14/"


@pytest.fixture
def restriction(digest):
    restriction = restrict(make_issue(digest, 14, title="A secret"), "password")
    restriction.password = "sesame"
    restriction.save()
    return restriction


def test_page_has_the_frame_of_the_site_and_nothing_of_the_issue(client, restriction):
    page = read(client, URL)
    assert texts(page, "main h1") == ["Password required"]
    assert page.select_one("header .digest-site-name")
    assert "A secret" not in page.get_text()


def test_wrong_password_is_explained_at_the_field(client, restriction):
    action = read(client, URL).select_one("main form")["action"]
    response = client.post(action, {"password": "open", "return_url": URL})
    page = BeautifulSoup(response.content, "lxml")
    field = page.select_one("#password[aria-invalid]")
    assert "not correct" in page.find(id=field["aria-describedby"]).get_text()


def test_password_opens_the_issue(client, restriction):
    action = read(client, URL).select_one("main form")["action"]
    response = client.post(action, {"password": restriction.password, "return_url": URL})
    assert response["Location"] == URL
    assert texts(read(client, URL), "main h1") == ["A secret"]
