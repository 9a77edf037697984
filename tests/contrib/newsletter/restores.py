"""Restore a database from before readers left and an issue was sent, as docs/deploy/backup.md says.

The tests run ``python -m tests.contrib.newsletter.restores FOLDER``, which prints who got mail.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django

READERS = ("stays", "erased", "left", "blocked", "complained")


def main(folder: Path) -> None:
    from django.conf import settings

    from tests.contrib.newsletter.smtp_server import MailServer

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DIGEST_NEWSLETTER_REMOVALS_FILE = folder / "removals"
    server = MailServer(folder)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    try:
        print(json.dumps(run(server)))  # noqa: T201
    finally:
        server.stop()


def run(server: Any) -> dict[str, Any]:
    """Return who got which of the two issues before the restore, and after it."""
    from digest.contrib.newsletter import mailings
    from digest.contrib.newsletter.models import Mailing, Subscriber
    from tests.publishing.scheduling.databases import restore_snapshot, take_snapshot

    issue = prepare()
    before = [send(server)]
    take_snapshot()
    publish(issue)
    before.append(send(server))
    leave()
    restore_snapshot()
    hold_and_remove()
    publish(issue)
    after = [send(server)]
    for mailing in Mailing.objects.filter(state="held"):
        mailings.resume(mailing, user=None)
    after.append(send(server))
    addresses = list(Subscriber.objects.order_by("pk").values_list("address", flat=True))
    return {"before": before, "after": after, "addresses": addresses}


def prepare() -> Any:
    """Publish an issue for the readers, and return the draft of another one."""
    from wagtail.models import Site

    from digest.contrib.newsletter.models import EmailDelivery
    from digest.pages.time_zones import today_in
    from tests.builders import make_digest, make_issue
    from tests.contrib.newsletter.issues import open_sending_newsletter
    from tests.contrib.newsletter.readers import subscribe

    digest = make_digest(Site.objects.get(is_default_site=True).root_page)
    open_sending_newsletter(digest, delay_minutes=0)
    for name in READERS:
        subscribe(digest, f"{name}@example.org")
    EmailDelivery.objects.all().delete()  # letters
    make_issue(digest, today_in(digest), title="First")
    return make_issue(digest, today_in(digest), title="Second", publish=False)


def publish(issue: Any) -> None:
    type(issue).objects.get(pk=issue.pk).get_latest_revision().publish()


def send(server: Any) -> list[str]:
    """Send what is due, twice, and return the names of those who got a mail."""
    from django.core.management import call_command

    server.script()
    for _time in range(2):
        call_command("send_newsletters", stdout=sys.stderr)
    return sorted(mail.split(b"\nTo: ")[1].split(b"@")[0].decode() for mail in server.mails)


def leave() -> None:
    from digest.contrib.newsletter import subscriptions
    from digest.contrib.newsletter.models import Subscriber, Subscription

    subscriber = {name: Subscriber.objects.get(key=f"{name}@example.org") for name in READERS}
    subscriptions.erase(subscriber["erased"])
    subscription = Subscription.objects.get(subscriber=subscriber["left"])
    subscriptions.end(subscription, Subscription.EndReason.ONE_CLICK)
    subscriptions.block(subscriber["blocked"])
    subscriptions.block(subscriber["complained"], subscriptions.Reason.COMPLAINED)


def hold_and_remove() -> None:
    """Run the commands of docs/deploy/backup.md."""
    from django.conf import settings
    from django.core.management import call_command

    call_command("hold_mailings", stdout=sys.stderr)
    file = settings.DIGEST_NEWSLETTER_REMOVALS_FILE
    call_command("erase_subscriber", again=file, stdout=sys.stderr)


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]))
