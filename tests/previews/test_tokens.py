"""Preview tokens: access, expiry, storage, and redaction in logs."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.checks import run_checks
from django.utils import timezone
from wagtail.models import GroupPagePermission

from digest.http.redaction import LOGGERS, TokenFilter, redact
from digest.previews.drafts import open_draft
from digest.previews.tokens import PreviewToken, create_token, find_token, hash_token
from tests.builders import make_issue
from tests.previews.helpers import make_user, token_of

pytestmark = pytest.mark.django_db


class Atoms(dict):
    """Imitate the log arguments of gunicorn and hypercorn."""

    def __missing__(self, key):
        return "-"


@pytest.fixture
def draft(digest):
    return make_issue(digest, publish=False, title="Draft")


def opened(token, site):
    found = open_draft(hash_token(token), site)
    return found and found.title


def test_token_opens_its_revision(draft, site):
    token = token_of(draft)
    draft.title = "Later"
    draft.save_revision()
    assert opened(token, site) == "Draft"


def test_token_of_a_page_without_revisions_opens_the_page(draft, site):
    assert opened(token_of(draft, revision_id=None), site) == "Draft"


@pytest.mark.parametrize("has_revision", [True, False])
def test_shared_token_opens_a_copy_that_autosave_does_not_change(draft, site, has_revision):
    revision = draft.latest_revision
    token = token_of(draft, revision_id=revision.pk if has_revision else None, is_shared=True)
    draft.title = "Later"
    draft.save()
    assert draft.save_revision(overwrite_revision=revision).pk == revision.pk
    assert opened(token, site) == "Draft"


def test_unshared_token_opens_the_current_content_of_its_revision(draft, site):
    token = token_of(draft)
    assert PreviewToken.objects.get().content is None
    draft.title = "Later"
    draft.save_revision(overwrite_revision=draft.latest_revision)
    assert opened(token, site) == "Later"


@pytest.mark.parametrize("is_shared", [True, False])
@pytest.mark.parametrize("has_revision", [True, False])
def test_token_is_invalid_when_its_user_loses_the_permission(draft, site, is_shared, has_revision):
    user = make_user(group="Editors")
    revision_id = draft.latest_revision_id if has_revision else None
    token = token_of(draft, user, revision_id=revision_id, is_shared=is_shared)
    assert opened(token, site)
    user.groups.clear()
    assert opened(token, site) is None


def test_publish_permission_is_enough_to_open_the_draft(draft, site):
    group = Group.objects.create(name="Publishers")
    publish = Permission.objects.get(codename="publish_page")
    GroupPagePermission.objects.create(group=group, page=draft.get_parent(), permission=publish)
    assert opened(token_of(draft, make_user(group="Publishers")), site)


def test_token_is_long_random_and_not_stored(draft):
    user = make_user()
    tokens = {token_of(draft, user) for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) == 43 for token in tokens)
    stored = "".join(str(row) for row in PreviewToken.objects.values_list())
    assert not any(token in stored for token in tokens)


@pytest.mark.parametrize("other", ["", "x", "\0", "é" * 50, "a" * 5000, "\ud800"])
def test_invalid_token_opens_nothing(draft, site, other):
    token_of(draft)
    assert opened(other, site) is None


def test_hash_of_a_token_opens_nothing(draft, site):
    assert opened(hash_token(token_of(draft)), site) is None


def test_token_expires(draft, site):
    token = token_of(draft, lifetime=timedelta(hours=1))
    assert opened(token, site)
    PreviewToken.objects.update(expires_at=timezone.now())
    assert opened(token, site) is None


def test_revoking_twice_keeps_the_first_time(draft, site):
    token = token_of(draft)
    link = PreviewToken.objects.get()
    link.revoke()
    first = PreviewToken.objects.get().revoked_at
    link.revoke()
    assert opened(token, site) is None
    assert PreviewToken.objects.get().revoked_at == first


@pytest.mark.parametrize("what", ["page", "revision", "user"])
def test_token_is_deleted_with_its_page_revision_or_user(draft, site, what):
    token = token_of(draft)
    found = find_token(hash_token(token))
    {"page": draft, "revision": found.revision, "user": found.user}[what].delete()
    assert opened(token, site) is None


def test_token_of_an_inactive_user_opens_nothing(draft, site):
    user = make_user()
    token = token_of(draft, user)
    user.is_active = False
    user.save()
    assert opened(token, site) is None


def test_token_of_a_digest_or_an_alias_opens_nothing(digest, site):
    alias = make_issue(digest).create_alias(update_slug="alias")
    user = make_user()
    assert opened(token_of(digest, user), site) is None
    assert opened(token_of(alias, user, revision_id=None), site) is None


def test_last_use_is_recorded_at_most_every_ten_minutes(draft, site):
    token = token_of(draft)
    opened(token, site)
    first = PreviewToken.objects.get().last_used_at
    opened(token, site)
    assert PreviewToken.objects.get().last_used_at == first
    PreviewToken.objects.update(last_used_at=first - timedelta(hours=1))
    opened(token, site)
    assert PreviewToken.objects.get().last_used_at >= first


def test_tokens_that_expired_a_month_ago_are_deleted(draft):
    user = make_user()
    for days in (31, 29):
        create_token(draft, user, lifetime=-timedelta(days=days))
    PreviewToken.objects.delete_expired()
    assert PreviewToken.objects.count() == 1


def test_word_count_is_of_the_draft(draft, site):
    assert open_draft(hash_token(token_of(draft)), site).word_count > 5


# Logs


def test_tokens_are_redacted_in_any_text():
    token = "a-B_9" * 9
    assert redact(f'"GET /api/v1/preview/{token}/?x=1"') == '"GET /api/v1/preview/[token]/?x=1"'
    for url in ("/admin/pages/3/edit/preview/?mode=", "/daily/preview-of-the-elections-in-may/"):
        assert redact(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "/preview/{}/",
        "/preview//{}/",
        "/api/v1/preview/{}/?x=/preview/abc",
        "/PREVIEW/{}",
        "/preview/x/../{}/",
        "/preview/{0}/{0}",
        "/preview%2F{}",
        "/%70review/%2e/{}/",
        "/search/?next=%2Fpreview%2F{}%2F",
        "/preview/?token={}",
    ],
)
@pytest.mark.parametrize("first", ["a", "%61"])
def test_no_spelling_of_a_url_shows_the_token(url, first):
    token = "bC-d_" * 9
    text = f'"GET {url.format(first + token)} HTTP/1.1" 404 12'
    redacted = redact(text)
    assert token not in redacted
    assert redacted.startswith('"GET /')
    assert redacted.endswith(' HTTP/1.1" 404 12')


def test_redaction_keeps_the_types_of_log_arguments():
    path = f"/preview/{'x' * 43}/"
    args = ("127.0.0.1:1", "GET", path, "1.1", 200)
    record = logging.LogRecord("", 20, "", 1, '%s - "%s %s HTTP/%s" %d', args, None)
    assert TokenFilter().filter(record)
    assert record.args == ("127.0.0.1:1", "GET", "/preview/[token]/", "1.1", 200)
    atoms = Atoms(U=path, s="200")
    record = logging.LogRecord("", 20, "", 1, "%(U)s %(s)s %({referer}i)s", (atoms,), None)
    assert TokenFilter().filter(record)
    assert (type(record.args), record.getMessage()) == (Atoms, "/preview/[token]/ 200 -")
    assert atoms["U"] == path


@pytest.mark.parametrize("args", [(Path(f"/preview/{'x' * 43}/"),), ("/preview/", "x" * 43)])
def test_token_split_between_arguments_is_redacted(args):
    record = logging.LogRecord("", 20, "", 1, "%s" * len(args), args, None)
    assert TokenFilter().filter(record)
    assert record.getMessage().startswith("/preview/[token]")


@pytest.mark.parametrize("name", LOGGERS)
def test_loggers_of_request_urls_redact_tokens(name):
    [found] = [f for f in logging.getLogger(name).filters if isinstance(f, TokenFilter)]
    path = f"/preview/{'x' * 43}/"
    record = logging.LogRecord(name, 20, "", 1, '"%s" %s', (f"GET {path} HTTP/1.1", 404), None)
    assert found.filter(record)
    assert record.getMessage() == '"GET /preview/[token]/ HTTP/1.1" 404'
    access = logging.LogRecord(name, 20, "", 1, "%(U)s %(s)s", ({"U": path, "s": "200"},), None)
    assert found.filter(access)
    assert access.getMessage() == "/preview/[token]/ 200"


def test_request_logged_before_a_view_runs_is_redacted(client, caplog):
    path = f"/preview/{'x' * 43}/"
    client.get(path, headers={"host": "a b"})
    [record] = [record for record in caplog.records if "HTTP_HOST" in record.getMessage()]
    assert "x" * 43 not in f"{record.request!r} {record.request.META['PATH_INFO']}"


# The setting


@pytest.mark.parametrize(
    "urls",
    [
        "https://example.com/{token}",
        {"https://cms.example.com/": "https://example.com/{token}"},
        {"https://cms.example.com": "https://example.com/preview/"},
        {"https://cms.example.com": "https://{token}.example.com/"},
        {"https://cms.example.com": "https://example.com/{token}/{token}"},
        {"https://cms.example.com": "javascript:alert({token})"},
        {"https://cms.example.com": "https://example.com/{token}?of={issue}"},
        {"https://cms.example.com": None},
    ],
)
def test_invalid_preview_url_fails_the_system_check(settings, urls):
    settings.DIGEST_PREVIEW_URLS = urls
    assert "digest.E015" in {message.id for message in run_checks()}


@pytest.mark.parametrize("rest", ["/preview/{token}", "/preview?token={token}", "/#{token}"])
def test_valid_preview_url_passes_the_system_check(settings, rest):
    settings.DIGEST_PREVIEW_URLS = {"http://127.0.0.1:8000": f"http://localhost:3000{rest}"}
    assert "digest.E015" not in {message.id for message in run_checks()}
