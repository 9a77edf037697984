"""GitHub Actions: a ``repository_dispatch`` starts the workflows of a repository.

https://docs.github.com/rest/repos/repos#create-a-repository-dispatch-event
"""

import json
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digest.contrib.webhooks.conf import conf
from digest.contrib.webhooks.models import WebhookDelivery
from digest.contrib.webhooks.presets.base import Request
from digest.contrib.webhooks.presets.builds import BuildPreset

API_ROOT = "https://api.github.com"
API_VERSION = "2026-03-10"
WEBSITE = "https://github.com/"
# "." and ".." would be other paths.
REPOSITORY = r"[A-Za-z0-9][\w-]{0,99}/(?!\.{1,2}(?:/|$))[\w.-]{1,100}"
DISPATCHES = rf"/repos/{REPOSITORY}/dispatches"
EXPLANATIONS = {
    401: gettext_lazy(
        "GitHub does not accept the token in DIGEST_WEBHOOK_GITHUB_TOKEN. It may have expired."
    ),
    403: gettext_lazy(
        "The token in DIGEST_WEBHOOK_GITHUB_TOKEN may not do this, or has sent too many requests."
    ),
    404: gettext_lazy(
        "The repository does not exist, or the token in DIGEST_WEBHOOK_GITHUB_TOKEN may not write "
        "to it. It needs the permission “Contents: Read and write” for this repository."
    ),
    422: gettext_lazy("GitHub does not accept the event, or gets too many of them."),
}


class GitHubPreset(BuildPreset):
    name = "github"
    label = gettext_lazy("GitHub Actions")
    help_text = gettext_lazy(
        "Starts workflows on “repository_dispatch” after changes, once a minute at most."
    )
    url_label = gettext_lazy("Repository (owner/name)")

    def clean_url(self, value: str) -> str:
        """Return the URL to which events of the repository are sent."""
        _token()
        name = str(value).strip().removeprefix(WEBSITE).removesuffix("/").removesuffix(".git")
        if not re.fullmatch(REPOSITORY, name, re.ASCII):
            raise ValidationError(_("Enter a repository of GitHub as owner/name."))
        return f"{API_ROOT}/repos/{name}/dispatches"

    def request(self, delivery: WebhookDelivery, timestamp: int) -> Request:
        """Raise a ValidationError for any other URL: it must not get the token."""
        url, event = delivery.endpoint.url, delivery.event
        if not re.fullmatch(re.escape(API_ROOT) + DISPATCHES, url, re.ASCII):
            raise ValidationError(_("Enter a repository of GitHub as owner/name."))
        body = {"event_type": event.type, "client_payload": {"sequence": event.sequence}}
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {_token()}",
            "X-GitHub-Api-Version": API_VERSION,
        }
        return Request(url, json.dumps(body).encode(), headers)

    def explain(self, status: int) -> str:
        return str(EXPLANATIONS.get(status, ""))


def _token() -> str:
    token = conf.WEBHOOK_GITHUB_TOKEN
    if not token:
        raise ValidationError(
            _("The setting DIGEST_WEBHOOK_GITHUB_TOKEN is missing: ask an administrator for it.")
        )
    return token
