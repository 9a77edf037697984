"""Serve a site with pages and a block of its own, and without optional apps but the search.

It has one issue, whose body has the block. ``python -m tests.clients.own_site`` prints the URL.
"""

import datetime
import os
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from tests.clients.server import make_server


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="digest-own-site-") as name:
        prepare(Path(name))
        add_issue()
        server = make_server()
        server.set_app(get_wsgi_application())
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


def prepare(folder: Path) -> None:
    os.environ["PLUGIN_DATABASE"] = str(folder / "db.sqlite3")
    os.environ["MEDIA_ROOT"] = str(folder / "media")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.plugin.ownpages_settings"
    django.setup()
    call_command("migrate", verbosity=0)


def add_issue() -> None:
    from wagtail.models import Site

    from digest.models import get_digest_page_model, get_issue_page_model
    from tests.builders import block, body, story

    digest = get_digest_page_model()(title="Own", slug="own")
    Site.objects.get().root_page.add_child(instance=digest)
    sponsor = block("sponsor", name="Sponsor & Co", message="<p>Thanks</p>")
    fields = {"date": datetime.date(2026, 4, 14), "body": body(story(), sponsor)}
    issue = get_issue_page_model()(title="An issue", live=False, **fields)
    digest.add_child(instance=issue)
    issue.save_revision().publish()


if __name__ == "__main__":
    main()
