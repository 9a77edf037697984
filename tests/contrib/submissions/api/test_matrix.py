"""Every endpoint with every level, permission, digest and state of a key.

The issue is submitted with all rights; what a case lacks is taken away between two requests.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import GroupPagePermission

from digest.contrib.submissions.models import ApiKey
from digest.models import IssuePage
from tests.contrib.submissions.conftest import DOCUMENT, URL

pytestmark = pytest.mark.slow

NEW = DOCUMENT.replace("Lanterns", "Ferries")
CHANGED = DOCUMENT.replace("eight people", "nine people")
LEVELS = ["draft", "publish"]
STATES = ["valid", "revoked", "expired", "user inactive"]
# The permissions on the digest, and whether the user owns the issue
PERMISSIONS = {
    "none": ((), True),
    "add": (("add",), True),
    "add, issue of another": (("add",), False),
    "change": (("change",), True),
    "publish": (("publish",), True),
    "add and publish": (("add", "publish"), True),
    "add and publish, issue of another": (("add", "publish"), False),
    "add and change": (("add", "change"), False),
    "all": (("add", "change", "publish"), False),
}
WRITING = list(product(["post", "put"], ["draft", "submit", "publish"], [False, True]))
REQUESTS = [*WRITING, ("replay", "draft", False), ("get", "", False), ("list", "", False)]


@dataclass(frozen=True)
class Case:
    level: str
    permissions: tuple[str, ...]
    is_owner: bool
    is_digest_allowed: bool = True
    state: str = "valid"
    method: str = ""
    action: str = ""
    is_dry_run: bool = False

    @property
    def status(self) -> int:
        """Return the expected status."""
        if self.state != "valid":
            return 401
        if self.method == "list":
            return 200
        if not self.is_digest_allowed:
            return 404
        if not self.is_permitted:
            return 403
        is_created = self.method == "replay" or (self.method == "post" and not self.is_dry_run)
        return 201 if is_created else 200

    @property
    def is_permitted(self) -> bool:
        may = set(self.permissions)
        may_edit = "change" in may or self.is_owner
        may_publish = self.level == "publish" and "publish" in may
        return (
            "add" in may
            and (may_edit or self.method != "put")
            and (may_publish or self.action != "publish")
        )

    @property
    def listed(self) -> int:
        """Return the expected length of the list."""
        return int(self.is_digest_allowed and "add" in self.permissions)

    @property
    def publishes(self) -> bool:
        return self.status < 300 and self.action == "publish" and not self.is_dry_run


def cases(first: Case):
    for is_allowed, state in product([True, False], STATES):
        for method, action, is_dry_run in REQUESTS:
            yield replace(
                first,
                is_digest_allowed=is_allowed,
                state=state,
                method=method,
                action=action,
                is_dry_run=is_dry_run,
            )


def contents():
    """Return the rows of all tables, without when keys were last used."""
    rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            rows[table] = sorted(map(repr, cursor.fetchall()))
    keys = ApiKey.objects.order_by("pk").values_list("name", "level", "revoked_at", "expires_at")
    rows[ApiKey._meta.db_table] = list(keys)
    return rows


def change_key(case, digest, curator):
    now = timezone.now()
    ends = {"revoked": "revoked_at", "expired": "expires_at"}
    if name := ends.get(case.state):
        ApiKey.objects.update(**{name: now - timedelta(seconds=1)})
    if case.state == "user inactive":
        type(curator).objects.update(is_active=False)
    if not case.is_digest_allowed:
        ApiKey.objects.get().digests.clear()


@pytest.fixture
def send(submit, read):
    """Return a function that sends the request of a case."""
    first = submit(headers={"Idempotency-Key": "first"})

    def send(case):
        if case.method in ("get", "list"):
            return read(first["Location"] if case.method == "get" else URL)
        if case.method == "replay":
            return submit(headers={"Idempotency-Key": "first"})
        query = f"action={case.action}" + ("&dry_run=true" if case.is_dry_run else "")
        if case.method == "post":
            return submit(NEW, f"{URL}?digest=daily&{query}")
        headers = {"Idempotency-Key": None, "If-Match": "*"}
        return submit(CHANGED, f"{first['Location']}?{query}", method="put", headers=headers)

    return send


def allow(curator, digest, permissions):
    group = Group.objects.create(name="Of the key")
    curator.groups.set([group])
    for name in permissions:
        permission = Permission.objects.get(
            codename=f"{name}_page", content_type__app_label="wagtailcore"
        )
        GroupPagePermission.objects.create(group=group, page=digest, permission=permission)


def outcome(case, send):
    """Return what is wrong with the response to a case, and with what it has changed."""
    before = contents()
    response = send(case)
    status, live = response.status_code, IssuePage.objects.live().exists()
    if case.method == "list" and status == 200 and len(response.json()["results"]) != case.listed:
        return f"{case}: not {case.listed} in the list"
    if (status, live) != (case.status, case.publishes):
        return f"{case}: {status} instead of {case.status}, live: {live}"
    writes = case.method in ("post", "put") and status < 300 and not case.is_dry_run
    if (contents() != before) != writes:
        return f"{case}: {'nothing' if writes else 'something'} has changed"
    return ""


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", PERMISSIONS)
def test_every_case(send, settings, digest, curator, admin_user, level, name):
    settings.DIGEST_SUBMISSION_RATE = None
    permissions, is_owner = PERMISSIONS[name]
    allow(curator, digest, permissions)
    ApiKey.objects.update(level=level)
    if not is_owner:
        IssuePage.objects.update(owner=admin_user)
    wrong = []
    for case in cases(Case(level, permissions, is_owner)):
        with transaction.atomic():
            change_key(case, digest, curator)
            wrong.append(outcome(case, send))
            transaction.set_rollback(True)
    assert [each for each in wrong if each] == []
    assert len(wrong) == len(STATES) * 2 * len(REQUESTS)


def test_cases_have_every_status():
    found = {
        case.status
        for level, (permissions, is_owner) in product(LEVELS, PERMISSIONS.values())
        for case in cases(Case(level, permissions, is_owner))
    }
    assert found == {200, 201, 401, 403, 404}
