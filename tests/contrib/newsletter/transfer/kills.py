"""Import a file in processes that are killed before their first write, their second, and so on.

The test runs ``python -m tests.contrib.newsletter.transfer.kills``, which prints JSON.
"""

import json
from typing import Any

import django

TEXT = "email,status\n" + "".join(
    f"r{number}@example.org,{state}\n"
    for number, state in enumerate(["active", "ended", "cleaned", "active", "active", "ended"])
)


def kill_at_each_write() -> list[dict[str, Any]]:
    from wagtail.models import Site

    from digest.contrib.newsletter.models import SubscriberImport, Subscription
    from digest.contrib.newsletter.transfer import importing
    from tests.builders import make_digest
    from tests.contrib.newsletter.transfer.uploads import upload
    from tests.kills import Killer, run_in_child
    from tests.publishing.scheduling.databases import restore_snapshot, take_snapshot

    importing.CHUNK = 2
    digest = make_digest(Site.objects.get(is_default_site=True).root_page)
    upload(digest, TEXT, columns={"address": 0, "state": 1}, state="importing")
    take_snapshot()
    results: list[dict[str, Any]] = []
    while status := run_in_child(importing.run, Killer(len(results) + 1)):
        was_due = importing.is_due()
        assert run_in_child(importing.run) == 0
        record = SubscriberImport.objects.get()
        rows = Subscription.objects.values_list("subscriber__key", "state").order_by("pk")
        found = {"status": status, "was_due": was_due, "readers": list(rows)}
        results.append(found | {"state": record.state, "counts": record.counts})
        restore_snapshot()
    return results


if __name__ == "__main__":
    django.setup()
    print(json.dumps(kill_at_each_write()))  # noqa: T201
