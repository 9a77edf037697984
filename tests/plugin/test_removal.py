"""The plugin is taken out as docs/how-to/take-it-out.md says: nothing of it stays."""

import json
import os
from collections.abc import Iterator

import pytest
from django.db import connection

from tests.plugin.test_plugin import python

DATABASE = "digest_removal"
APPS = ("search", "submissions", "mcp", "changes", "webhooks")
REST = " ".join(["digest", *(f"digest.contrib.{app}" for app in APPS)])
ALL_APPS = f"{REST} digest.contrib.newsletter"
INSTALL = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Site
from digest.contrib.newsletter.models import Subscriber, Subscription
from digest.contrib.submissions.models import ApiKey, ApiKeyDigest, Submission
from tests.builders import make_digest, make_issue

call_command("migrate", verbosity=0)
digest = make_digest(Site.objects.get().root_page)
issue = make_issue(digest, tags=("Power",))
issue.slug = "renamed"
issue.save_revision().publish()
issue.save_revision(approved_go_live_at=timezone.now() + timedelta(days=1))
reader = Subscriber.objects.create(address="a@example.org", key="a", bucket="a")
Subscription.objects.create(subscriber=reader, digest=digest)
user, _is_new = User.objects.get_or_create(username="ada")
key = ApiKey.objects.create(name="Bot", user=user, key_hash="a", expires_at=timezone.now())
ApiKeyDigest.objects.create(key=key, digest=digest)
Submission.objects.create(key=key, digest=digest, issue=issue, uses_ai=False)
"""
DELETE_NEWSLETTER = """
from django.core.management import call_command
call_command("migrate", "digest_newsletter", "zero", verbosity=0)
"""
DELETE_DIGESTS = """
from django.core.management import call_command
from digest.models import get_digest_page_model

for digest in get_digest_page_model().objects.all():
    digest.delete()
call_command("migrate", "digest_webhooks", "zero", verbosity=0)
call_command("migrate", "digest_changes", "zero", verbosity=0)
call_command("migrate", "digest_submissions", "zero", verbosity=0)
call_command("migrate", "digest_search", "zero", verbosity=0)
call_command("migrate", "digest", "zero", verbosity=0)
"""
MIGRATE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""
DELETE_CONTENT_TYPES = """
from django.core.management import call_command
call_command(
    "remove_stale_contenttypes", include_stale_apps=True, interactive=False, verbosity=0
)
"""
INSPECT = """
import json
from django.db import connection

NAMES = {
    "sqlite": ["SELECT type || ' ' || name FROM sqlite_master"],
    "postgresql": [
        "SELECT 'relation ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        "SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        "SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace",
        "SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal",
    ],
}
ROWS = [
    "SELECT 'migration ' || app || '.' || name FROM django_migrations",
    "SELECT 'content type ' || app_label || '.' || model FROM django_content_type",
    "SELECT 'permission ' || codename FROM auth_permission",
    "SELECT 'page ' || url_path FROM wagtailcore_page",
    "SELECT 'revision ' || object_id FROM wagtailcore_revision",
    "SELECT 'reference ' || object_id FROM wagtailcore_referenceindex",
    "SELECT 'redirect ' || old_path FROM wagtailredirects_redirect",
]
found = set()
with connection.cursor() as cursor:
    for query in NAMES[connection.vendor] + ROWS:
        cursor.execute(query)
        found |= {name for (name,) in cursor.fetchall()}
print(json.dumps(sorted(found)))
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[str]:
    """Yield the URL of an empty database like that of the tests."""
    if connection.vendor != "postgresql":
        yield f"sqlite:///{tmp_path_factory.mktemp('removal')}/db.sqlite3"
        return
    options = connection.settings_dict
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    user = f"{options['USER']}:{options['PASSWORD']}".rstrip(":")
    yield f"postgres://{user}@{options['HOST']}:{options['PORT']}/{DATABASE}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {DATABASE}")


def run(database: str, apps: str, *scripts: str) -> str:
    """Run scripts in a process of the site with these apps of the plugin."""
    settings = {"DJANGO_SETTINGS_MODULE": "tests.plugin.removed_settings", "PLUGIN_APPS": apps}
    environment = os.environ | settings | {"PLUGIN_DATABASE": database}
    return python(environment, "-c", "import django; django.setup()\n" + "\n".join(scripts))


def take_out(database: str) -> set[str]:
    """Do the steps of the documentation; return the names of what is in the database after it."""
    run(database, ALL_APPS, DELETE_NEWSLETTER)
    run(database, REST, DELETE_DIGESTS)
    return set(json.loads(run(database, "", DELETE_CONTENT_TYPES, INSPECT)))


@pytest.mark.slow
def test_nothing_stays_in_the_database_and_it_can_be_installed_again(database):
    before = set(json.loads(run(database, "", MIGRATE, INSPECT)))
    run(database, ALL_APPS, INSTALL)
    assert take_out(database) == before
    run(database, ALL_APPS, INSTALL)
    # The second time, the apps are removed first, and then put back.
    run(database, "", MIGRATE)
    assert take_out(database) == before
