"""The problem types that only submissions have."""

from digest.api.errors import Problem

IDEMPOTENCY_KEY_REQUIRED = Problem(
    "idempotency-key-required",
    400,
    "Idempotency key required",
    "Send a new Idempotency-Key, as a UUID, with each document.",
)
INVALID_IDEMPOTENCY_KEY = (
    "The Idempotency-Key has to be of visible ASCII characters, without spaces, at most 255."
)
UNAUTHORIZED = Problem(
    "unauthorized", 401, "Unauthorized", "Send a valid API key: Authorization: Bearer digest_…"
)
ISSUE_EXISTS = Problem(
    "issue-exists",
    409,
    "The issue exists",
    "The digest has an issue with this slug, or with this date and title.",
)
NOT_EDITABLE = Problem(
    "not-editable", 409, "Not editable", "The issue is locked, in review, or was deleted."
)
WORKFLOW_OPEN = Problem(
    "workflow-open", 409, "Workflow open", "The review of the issue has to end first."
)
BEING_EDITED = Problem(
    "being-edited", 409, "Being edited", "Somebody has the issue open in the editor."
)
IN_PROGRESS = Problem(
    "in-progress", 409, "In progress", "The first request with this Idempotency-Key is not done."
)
CHANGED_MEANWHILE = Problem(
    "changed-meanwhile",
    412,
    "Changed meanwhile",
    "The draft was changed after this ETag; GET the submission for the current one.",
)
PRECONDITION_REQUIRED = Problem(
    "precondition-required",
    428,
    "Precondition required",
    "Send If-Match with the ETag of the submission, or * for any state.",
)
INVALID_SUBMISSION = Problem(
    "invalid-submission", 422, "Invalid submission", "The document cannot become an issue."
)
BLOCK_NOT_WRITABLE = Problem(
    "block-not-writable",
    422,
    "Block not writable",
    "Blocks of this type are added in the editor only.",
)
NO_WORKFLOW = Problem(
    "no-workflow", 422, "No workflow", "Issues of this digest have no review to submit to."
)
NOT_PUBLISHABLE = Problem(
    "not-publishable",
    422,
    "Not publishable",
    "The issue was not published, and nothing was saved: errors has every reason.",
)
IDEMPOTENCY_KEY_REUSED = Problem(
    "idempotency-key-reused",
    422,
    "Idempotency key reused",
    "This Idempotency-Key was used for another request.",
)
TRY_AGAIN = Problem("try-again", 503, "Try again", "The database is busy.")

PROBLEMS = [
    IDEMPOTENCY_KEY_REQUIRED,
    UNAUTHORIZED,
    ISSUE_EXISTS,
    NOT_EDITABLE,
    WORKFLOW_OPEN,
    BEING_EDITED,
    IN_PROGRESS,
    CHANGED_MEANWHILE,
    PRECONDITION_REQUIRED,
    INVALID_SUBMISSION,
    BLOCK_NOT_WRITABLE,
    NO_WORKFLOW,
    NOT_PUBLISHABLE,
    IDEMPOTENCY_KEY_REUSED,
    TRY_AGAIN,
]
