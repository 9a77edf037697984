"""Tokens of previews: what they open, for how long, and that nobody else gets to know them."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.checks import run_checks
from django.utils import timezone
from wagtail.models import GroupPagePermission

from digest.http.redaction import LOGGERS, TokenFilter, redacted
from digest.previews.drafts import open_draft
from digest.previews.tokens import PreviewToken, create_token, find_token, hash_token
from tests.builders import make_issue
from tests.previews.helpers import make_user, token_of

pytestmark = pytest.mark.django_db


class Atoms(dict):
    """Arguments of a line as gunicorn and hypercorn have them."""

    def __missing__(self, key):
        return "-"


@pytest.fixture
def draft(digest):
    return make_issue(digest, publish=False, title="Draft")


def opened(token, site):
    found = open_draft(hash_token(token), site)
    return found and found.title


def test_token_opens_the_revision_it_was_made_for(draft, site):
    token = token_of(draft)
    draft.title = "Later"
    draft.save_revision()
    assert opened(token, site) == "Draft"


def test_token_of_a_page_without_revisions_opens_the_page(draft, site):
    assert opened(token_of(draft, revision_id=None), site) == "Draft"


@pytest.mark.parametrize("has_revision", [True, False])
def test_shared_token_opens_what_was_shared_whatever_autosave_writes_over_it(
    draft, site, has_revision
):
    revision = draft.latest_revision
    token = token_of(draft, revision_id=revision.pk if has_revision else None, is_shared=True)
    draft.title = "Later"
    draft.save()
    assert draft.save_revision(overwrite_revision=revision).pk == revision.pk
    assert opened(token, site) == "Draft"


def test_token_that_is_not_shared_follows_its_revision(draft, site):
    token = token_of(draft)
    assert PreviewToken.objects.get().content is None
    draft.title = "Later"
    draft.save_revision(overwrite_revision=draft.latest_revision)
    assert opened(token, site) == "Later"


@pytest.mark.parametrize("is_shared", [True, False])
@pytest.mark.parametrize("has_revision", [True, False])
def test_token_of_who_may_no_longer_edit_is_dead(draft, site, is_shared, has_revision):
    user = make_user(group="Editors")
    revision_id = draft.latest_revision_id if has_revision else None
    token = token_of(draft, user, revision_id=revision_id, is_shared=is_shared)
    assert opened(token, site)
    user.groups.clear()
    assert opened(token, site) is None


def test_token_of_who_may_publish_alone_opens_the_draft(draft, site):
    group = Group.objects.create(name="Publishers")
    publish = Permission.objects.get(codename="publish_page")
    GroupPagePermission.objects.create(group=group, page=draft.get_parent(), permission=publish)
    assert opened(token_of(draft, make_user(group="Publishers")), site)


def test_token_is_long_random_and_not_kept(draft):
    user = make_user()
    tokens = {token_of(draft, user) for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) == 43 for token in tokens)
    kept = "".join(str(row) for row in PreviewToken.objects.values_list())
    assert not any(token in kept for token in tokens)


@pytest.mark.parametrize("other", ["", "x", "\0", "é" * 50, "a" * 5000, "\ud800"])
def test_what_is_no_token_opens_nothing(draft, site, other):
    token_of(draft)
    assert opened(other, site) is None


def test_hash_of_a_token_is_no_token(draft, site):
    assert opened(hash_token(token_of(draft)), site) is None


def test_token_expires(draft, site):
    token = token_of(draft, lifetime=timedelta(hours=1))
    assert opened(token, site)
    PreviewToken.objects.update(expires_at=timezone.now())
    assert opened(token, site) is None


def test_revoked_token_is_dead_and_stays_as_it_was(draft, site):
    token = token_of(draft)
    link = PreviewToken.objects.get()
    link.revoke()
    first = PreviewToken.objects.get().revoked_at
    link.revoke()
    assert opened(token, site) is None
    assert PreviewToken.objects.get().revoked_at == first


@pytest.mark.parametrize("what", ["page", "revision", "user"])
def test_token_dies_with_what_it_is_of(draft, site, what):
    token = token_of(draft)
    found = find_token(hash_token(token))
    {"page": draft, "revision": found.revision, "user": found.user}[what].delete()
    assert opened(token, site) is None


def test_token_of_somebody_who_is_deactivated_is_dead(draft, site):
    user = make_user()
    token = token_of(draft, user)
    user.is_active = False
    user.save()
    assert opened(token, site) is None


def test_token_of_a_page_that_is_no_issue_or_an_alias_opens_nothing(digest, site):
    alias = make_issue(digest).create_alias(update_slug="alias")
    user = make_user()
    assert opened(token_of(digest, user), site) is None
    assert opened(token_of(alias, user, revision_id=None), site) is None


def test_last_use_is_kept_roughly(draft, site):
    token = token_of(draft)
    opened(token, site)
    first = PreviewToken.objects.get().last_used_at
    opened(token, site)
    assert PreviewToken.objects.get().last_used_at == first
    PreviewToken.objects.update(last_used_at=first - timedelta(hours=1))
    opened(token, site)
    assert PreviewToken.objects.get().last_used_at >= first


def test_old_rows_are_deleted_when_a_token_is_made(draft):
    user = make_user()
    for days in (31, 29):
        create_token(draft, user, lifetime=-timedelta(days=days))
    token_of(draft, user)
    assert PreviewToken.objects.count() == 2


def test_word_count_is_of_the_draft(draft, site):
    assert open_draft(hash_token(token_of(draft)), site).word_count > 5


# Logs


def test_tokens_are_redacted_wherever_they_stand():
    token = "a-B_9" * 9
    assert redacted(f'"GET /api/v1/preview/{token}/?x=1"') == '"GET /api/v1/preview/[token]/?x=1"'
    assert redacted("/admin/pages/3/edit/preview/?mode=") == "/admin/pages/3/edit/preview/?mode="


def test_arguments_stay_those_that_the_formatters_of_servers_read():
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
def test_token_that_only_the_whole_line_shows_is_left_out(args):
    record = logging.LogRecord("", 20, "", 1, "%s" * len(args), args, None)
    assert TokenFilter().filter(record)
    assert record.getMessage().startswith("/preview/[token]")


@pytest.mark.parametrize("name", LOGGERS)
def test_whoever_logs_addresses_leaves_tokens_out(name):
    [found] = [f for f in logging.getLogger(name).filters if isinstance(f, TokenFilter)]
    path = f"/preview/{'x' * 43}/"
    record = logging.LogRecord(name, 20, "", 1, '"%s" %s', (f"GET {path} HTTP/1.1", 404), None)
    assert found.filter(record)
    assert record.getMessage() == '"GET /preview/[token]/ HTTP/1.1" 404'
    access = logging.LogRecord(name, 20, "", 1, "%(U)s %(s)s", ({"U": path, "s": "200"},), None)
    assert found.filter(access)
    assert access.getMessage() == "/preview/[token]/ 200"


def test_request_that_is_logged_before_any_view_knows_it_tells_nothing(client, caplog):
    path = f"/preview/{'x' * 43}/"
    client.get(path, headers={"host": "a b"})
    [refused] = [record for record in caplog.records if "HTTP_HOST" in record.getMessage()]
    assert "x" * 43 not in f"{refused.request!r} {refused.request.META['PATH_INFO']}"


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
def test_wrong_address_of_previews_is_named(settings, urls):
    settings.DIGEST_PREVIEW_URLS = urls
    assert "digest.E015" in {message.id for message in run_checks()}


@pytest.mark.parametrize("rest", ["/preview/{token}", "/preview?token={token}", "/#{token}"])
def test_right_address_of_previews_passes(settings, rest):
    settings.DIGEST_PREVIEW_URLS = {"http://127.0.0.1:8000": f"http://localhost:3000{rest}"}
    assert "digest.E015" not in {message.id for message in run_checks()}
