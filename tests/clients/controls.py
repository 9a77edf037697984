"""What tests in other languages ask the sample site to do: a POST of JSON to ``/test/<name>/``."""

import json
import random
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from io import StringIO
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from wagtail.models import PageViewRestriction

from digest.contrib.newsletter.models import Subscription
from digest.contrib.submissions.models import ApiKey
from digest.contrib.webhooks import signing
from digest.models import DigestPage, IssuePage
from digest.previews.tokens import PreviewToken, create_token
from tests.builders import body, make_issue, restrict, story
from tests.contrib.changes.feed import relay
from tests.contrib.newsletter.readers import subscribe, tokens_of
from tests.contrib.submissions.builders import make_submission

PREFIX = "/test/"
FEW = 8  # issues, fewer than which there should not be


def with_controls() -> Callable:
    """Return the WSGI application of the site, with the functions of this module."""
    application = get_wsgi_application()

    def wrapped(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            return application(environ, start_response)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        arguments = json.loads(environ["wsgi.input"].read(length) or "{}")
        result = CONTROLS[path.removeprefix(PREFIX).strip("/")](**arguments)
        connection.close()
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(result).encode()]

    return wrapped


def user() -> Any:
    return get_user_model().objects.get_or_create(username="client", is_superuser=True)[0]


def drafts() -> Any:
    return IssuePage.objects.filter(live=False).order_by("pk")


def preview(is_expired: bool = False) -> dict[str, Any]:
    """Return the token of a preview link of a draft, and the title of the draft."""
    draft = drafts().first()
    token = create_token(draft, user())
    if is_expired:
        for row in PreviewToken.objects.filter(page=draft):
            row.expires_at -= timedelta(days=400)
            row.save()
    return {"token": token, "title": draft.title}


def secrets() -> dict[str, str]:
    """Return tokens of a reader, and a key with a submission, by the name of the parameter."""
    Subscription.objects.all().delete()
    digest = DigestPage.objects.get(slug="signals")
    tokens = tokens_of(subscribe(digest, f"{uuid.uuid4().hex}@example.org"))
    call_command("create_roles", stdout=StringIO())
    curator = get_user_model().objects.get_or_create(username="curator")[0]
    curator.groups.add(Group.objects.get(name="Digest editors"))
    row, key = ApiKey.make(f"Key {uuid.uuid4()}", curator, [digest])
    issue = make_issue(digest, publish=False, slug=uuid.uuid4().hex)
    submission = make_submission(issue, key=row)
    return tokens | {"key": key, "submission": str(submission.pk)}


def sign(text: str, timestamp: int, nonces: list[str], message: str = "msg_1") -> dict[str, Any]:
    """Return the headers of a webhook, and the secret of each nonce."""
    headers = {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signing.signatures(nonces, message, timestamp, text.encode()),
    }
    return {"headers": headers, "secrets": [signing.secret(nonce) for nonce in nonces]}


# Changes, for copies


def change(seed: int, is_relayed: bool = True) -> str:
    """Make a change by chance; return its name."""
    chance = random.Random(seed)  # noqa: S311
    few = IssuePage.objects.filter(live=True).count() < FEW
    others = [unpublish, write, delete, hide, show]
    made = publish if few else chance.choice([publish, publish, *others])
    made(chance)
    if is_relayed:
        relay()
    return made.__name__


def publish(chance: random.Random) -> None:
    digest = chance.choice(list(DigestPage.objects.order_by("pk")))
    name = uuid.uuid4().hex
    fields = {"title": f"Issue {name}", "slug": name, "body": body(story())}
    make_issue(digest, chance.randint(1, 27), tags=("Energy",), **fields)


def some_issue(chance: random.Random) -> IssuePage:
    return chance.choice(list(IssuePage.objects.filter(live=True).order_by("pk")))


def unpublish(chance: random.Random) -> None:
    some_issue(chance).unpublish()


def write(chance: random.Random) -> None:
    issue = some_issue(chance)
    IssuePage.objects.filter(pk=issue.pk).update(title=f"Changed {chance.randrange(10**9)}")


def delete(chance: random.Random) -> None:
    some_issue(chance).delete()


def hide(chance: random.Random) -> None:
    restrict(some_issue(chance))


def show(chance: random.Random) -> None:
    PageViewRestriction.objects.all().delete()


def restart() -> None:
    """Start a new epoch of the feed, as after a restored backup."""
    call_command("restart_changes", verbosity=0)
    relay()


# Single changes, for what caches responses


def add_issue() -> int:
    name = uuid.uuid4().hex
    digest = DigestPage.objects.get(slug="signals")
    issue = make_issue(digest, title=f"Issue {name}", slug=name, body=body(story()))
    relay()
    return issue.pk


def rewrite_issue(id: int) -> None:
    rewrite(IssuePage, pk=id)


def rewrite_digest(slug: str) -> None:
    rewrite(DigestPage, slug=slug)


def rewrite(model: Any, **page: Any) -> None:
    model.objects.filter(**page).update(title=f"Changed {uuid.uuid4()}")
    relay()


def toggle_menu(slug: str) -> None:
    """Show a digest in menus, or no longer."""
    digest = DigestPage.objects.get(slug=slug)
    DigestPage.objects.filter(pk=digest.pk).update(show_in_menus=not digest.show_in_menus)
    relay()


def unpublish_issue(id: int) -> None:
    IssuePage.objects.get(pk=id).unpublish()
    relay()


def rename_issue(id: int, slug: str) -> None:
    issue = IssuePage.objects.get(pk=id)
    issue.slug = slug
    issue.save_revision().publish()
    relay()


CONTROLS = {
    found.__name__: found
    for found in (
        *(preview, secrets, sign, change, restart),
        *(add_issue, rewrite_issue, rewrite_digest, toggle_menu, unpublish_issue, rename_issue),
    )
}
