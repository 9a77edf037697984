"""Build the data of responses; ``serializers`` describe them."""

import json
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from rest_framework.request import Request

from digest.admin.previews.views import can_share, shared_url
from digest.checklist.findings import Finding
from digest.contrib.submissions.models import Submission
from digest.contrib.submissions.outcomes import outcome
from digest.contrib.submissions.submitting import PUBLISH, Order
from digest.contrib.submissions.submitting import Outcome as Done
from digest.pages.page_models import get_issue_page_model
from digest.previews.tokens import create_token

PREVIEW_LIFETIME = timedelta(hours=24)


class Renderer:
    """Render the response to a request that submits a document, as it is stored."""

    def __init__(self, request: Request, order: Order, *, with_preview: bool) -> None:
        self.request, self.order = request, order
        self.with_preview = with_preview and not order.is_dry_run

    def __call__(self, done: Done) -> str:
        submitted = self.order.submitted
        data = {
            "id": None if self.order.is_dry_run else str(done.submission.pk),
            "did": done.did,
            "published": done.is_published,
            "publishable": done.is_publishable,
            "issue": self._issue(done),
            "report": submitted.report(),
            "findings": [
                *(self._finding(finding, done.issue) for finding in done.findings),
                *submitted.own_findings(done.issue),
            ],
        }
        return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)

    def _issue(self, done: Done) -> dict[str, Any]:
        issue = done.issue
        edit_url = reverse("wagtailadmin_pages:edit", args=[issue.pk])
        is_saved = not self.order.is_dry_run
        return {
            "id": issue.pk if is_saved else None,
            "title": issue.title,
            "date": issue.date,
            "slug": issue.slug,
            "state": done.state,
            "has_unpublished_changes": self._has_unpublished_changes(issue),
            "url": self._url(done),
            "edit_url": self.request.build_absolute_uri(edit_url) if is_saved else None,
            "preview_url": self._preview_url(issue),
        }

    def _has_unpublished_changes(self, issue: Any) -> bool:
        is_other = issue.latest_revision_id != issue.live_revision_id
        return issue.live and is_other and self.order.action != PUBLISH

    def _url(self, done: Done) -> str | None:
        """Return the public URL, which has the slug of the draft only if that is published."""
        if not done.is_published:
            return None
        page = get_issue_page_model().objects.defer("body").get(pk=done.issue.pk)
        if self.order.action == PUBLISH and not self.order.is_dry_run:
            page.slug = done.issue.slug
            page.set_url_path(done.submission.digest)
        return page.full_url

    def _preview_url(self, issue: Any) -> str | None:
        if not (self.with_preview and can_share(self.request.user, issue)):
            return None
        revision_id = issue.latest_revision_id
        binding = {"revision_id": revision_id, "is_shared": True}
        token = create_token(issue, self.request.user, PREVIEW_LIFETIME, **binding)
        return shared_url(issue, token, self.request._request)

    def _finding(self, finding: Finding, issue: Any) -> dict[str, Any]:
        pointer, place = self.order.submitted.locate(finding, issue)
        return {
            "rule": finding.rule,
            "level": finding.level,
            "message": finding.long_message,
            "story": finding.story,
            "pointer": pointer,
            "place": place,
        }


def row(submission: Submission, state: str) -> dict[str, Any]:
    """Return a submission as it is in the list."""
    return {
        "id": str(submission.pk),
        "created_at": submission.created_at,
        "updated_at": submission.updated_at,
        "made_with": submission.made_with,
        "state": state,
    }


def detail(submission: Submission) -> dict[str, Any]:
    """Return also the last response, if it is still stored, and what became of the stories."""
    became = outcome(submission)
    stored = json.loads(submission.response) if submission.response else None
    return row(submission, became.pop("state")) | {"response": stored, "outcome": became}
