"""Fixtures of the API's tests, which validate every response against the schema."""

from importlib import import_module

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Page, Site

from digest.api.documentation import build_schema
from digest.api.extensions import extensions
from digest.models import DigestPage
from tests.api.bad_input import EXAMPLES, REQUIRED, query
from tests.builders import body, make_digest, make_issue, story
from tests.contract.responses import check_response, forget_schema
from tests.previews.helpers import token_of
from tests.schemas import queries_of


@pytest.fixture(autouse=True)
def _validate_responses(monkeypatch):
    """Validate every response of every test client against the schema."""
    request = Client.request

    def checked(client, **environ):
        response = request(client, **environ)
        check_response(response)
        return response

    monkeypatch.setattr(Client, "request", checked)


@pytest.fixture
def get(client):
    """Return a function that GETs a path below /api/v1/, checks the status and returns the JSON."""

    def get(path, status=200, **headers):
        path = path.removeprefix("http://testserver/api/v1/")
        response = client.get(f"/api/v1/{path}", headers=headers)
        assert response.status_code == status, response.content
        return response.json()

    return get


@pytest.fixture
def notes():
    """Add an app with endpoints that take POST and DELETE to the API."""
    reverse("digest:api:map")  # loads digest.urls, whose path converters the others use
    added = import_module("tests.api.notes").extension
    patterns = import_module("digest.api.urls").urlpatterns
    extensions().append(added)
    patterns[-1:-1] = added.urlpatterns  # before the 404 of all other paths
    forget_schema()
    yield
    extensions().remove(added)
    del patterns[-1 - len(added.urlpatterns) : -1]
    forget_schema()


@pytest.fixture
def digest(home_page):
    """A live digest at /daily/: that of ``shared_issue``, in a module that uses it."""
    existing = DigestPage.objects.filter(slug="daily").first()
    return existing or make_digest(home_page, tagline="All of it")


class Endpoint:
    """A path of the schema, with a URL and its parameters."""

    def __init__(self, template, **ids):
        self.path = "/api/v1/" + EXAMPLES[template].format(**ids)
        operation = build_schema()["paths"].get(template, {}).get("get", {})
        queries = queries_of(operation)
        self.parameters = [parameter["name"] for parameter in queries]
        self.required = [parameter["name"] for parameter in queries if parameter.get("required")]

    def url(self, *parts, without=None):
        """Return a URL with parts of a query string and the required parameters but one."""
        required = [query(name, REQUIRED[name]) for name in self.required if name != without]
        return f"{self.path}?{'&'.join([*required, *parts])}"


@pytest.fixture(scope="module")
def shared_issue(django_db_setup, django_db_blocker):
    """An issue for all tests of a module, for modules with hundreds of tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        digest = make_digest(Site.objects.get().root_page.specific, tagline="All of it")
        blocks = body(story("A needle", body="<p>It happened in a haystack.</p>"))
        yield make_issue(digest, 14, body=blocks, tags=("AI",))
        transaction.set_rollback(True)


@pytest.fixture
def endpoint(request, shared_issue, db):
    """The endpoint that a test is parametrised with; its URL exists."""
    token = ""
    if "{token}" in request.param:
        kind = request.param.strip("/").partition("/")[0]
        token = (
            token_of(shared_issue) if kind == "preview" else newsletter_token(kind, shared_issue)
        )
    return Endpoint(
        request.param, issue=shared_issue.pk, story=shared_issue.body[1].id, token=token
    )


def newsletter_token(kind, issue):
    """Return a token of a reader who subscribes to the digest of an issue."""
    from tests.contrib.newsletter import readers  # an optional app

    return readers.tokens_of(readers.subscribe(issue.get_parent().specific))[kind]


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
