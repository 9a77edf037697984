"""Asks the API, and holds each answer against the schema that the API gives of itself."""

import pytest
from django.db import transaction
from django.test import Client
from wagtail.models import Locale, Page, Site

from digest.api.documentation import build_schema
from digest.models import DigestPage
from tests.api.bad_input import EXAMPLES, REQUIRED, query
from tests.builders import body, make_digest, make_issue, story
from tests.contract.responses import check_response
from tests.previews.helpers import token_of


@pytest.fixture(autouse=True)
def _true_to_the_document(monkeypatch):
    """Whatever a test asks the API, and by which client: the answer is as the document says."""
    request = Client.request

    def checked(client, **environ):
        response = request(client, **environ)
        check_response(response)
        return response

    monkeypatch.setattr(Client, "request", checked)


@pytest.fixture
def get(client):
    """GET below /api/v1/, with a status; the answer's JSON."""

    def get(path, status=200, **headers):
        path = path.removeprefix("http://testserver/api/v1/")
        response = client.get(f"/api/v1/{path}", headers=headers)
        assert response.status_code == status, response.content
        return response.json()

    return get


@pytest.fixture
def digest(home_page):
    """A live digest at /daily/: that of ``told``, in a module that has it."""
    there = DigestPage.objects.filter(slug="daily").first()
    return there or make_digest(home_page, tagline="All of it")


class Endpoint:
    """One path of the document, with an address of it and the parameters it takes."""

    def __init__(self, template, **ids):
        self.path = "/api/v1/" + EXAMPLES[template].format(**ids)
        operation = build_schema()["paths"].get(template, {"get": {}})["get"]
        given = operation.get("parameters", [])
        given = [parameter for parameter in given if parameter["in"] == "query"]
        self.parameters = [parameter["name"] for parameter in given]
        self.required = [parameter["name"] for parameter in given if parameter.get("required")]

    def address(self, *parts, without=None):
        """Its address with these parts of a query string, and what it cannot be asked without."""
        needed = [query(name, REQUIRED[name]) for name in self.required if name != without]
        return f"{self.path}?{'&'.join([*needed, *parts])}"


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker):
    """An issue for all tests of a module that ask every endpoint; they are hundreds."""
    with django_db_blocker.unblock(), transaction.atomic():
        digest = make_digest(Site.objects.get().root_page.specific, tagline="All of it")
        blocks = body(story("A needle", body="<p>It happened in a haystack.</p>"))
        yield make_issue(digest, 14, body=blocks, tags=("AI",))
        transaction.set_rollback(True)


@pytest.fixture
def endpoint(request, told, db):
    """The endpoint that a test is parametrised with, with something at its address."""
    token = token_of(told) if "{token}" in request.param else ""
    return Endpoint(request.param, issue=told.pk, story=told.body[1].id, token=token)


@pytest.fixture
def other_site(home_page):
    """A second site, with a digest of its own."""
    root = Page.get_first_root_node().add_child(instance=Page(title="Other", slug="other"))
    make_issue(make_digest(root, "weekly"), 15, title="Elsewhere")
    return Site.objects.create(hostname="other.example", port=8080, root_page=root)


@pytest.fixture
def french(settings, digest, home_page):
    """A French front page with the same digest and its issue of the 14th."""
    settings.WAGTAIL_I18N_ENABLED = True
    settings.WAGTAIL_CONTENT_LANGUAGES = settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    locale = Locale.objects.create(language_code="fr")
    issue = make_issue(digest, 14)
    home_page.copy_for_translation(locale).save_revision().publish()
    translated = digest.copy_for_translation(locale)
    translated.save_revision().publish()
    copy = issue.copy_for_translation(locale)
    copy.title = "Le numéro"
    copy.save_revision().publish()
    return type(issue).objects.get(pk=copy.pk)
