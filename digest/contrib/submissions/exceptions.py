"""Why a submission is refused; ``api.views`` has the problem type of each."""

from collections.abc import Iterable


class NotAllowed(Exception):
    """The user of the key lacks a permission, which the message names."""


class NotFound(Exception):
    """The digest was deleted, or the issue is no longer in a digest of the key."""


class NotEditable(Exception):
    """The issue is locked, in review, or was deleted."""


class BeingEdited(Exception):
    """Another user has the issue open in the editor."""


class ChangedMeanwhile(Exception):
    """The draft is not the one that the sender knows."""


class NoWorkflow(Exception):
    """The issue has no review to submit to."""


class WorkflowOpen(Exception):
    """The review of the issue has not ended."""


class NotPublishable(Exception):
    """The issue must not go live.

    ``reasons`` are pairs of a code and a text. Others are in ``response``, which a draft would get.
    """

    def __init__(self, reasons: Iterable[tuple[str, str]] = (), response: str = "") -> None:
        super().__init__()
        self.reasons, self.response = list(reasons), response


class IdempotencyKeyUsed(Exception):
    """The key has used this idempotency key before."""


class InProgress(Exception):
    """Another request with this idempotency key has not ended."""
