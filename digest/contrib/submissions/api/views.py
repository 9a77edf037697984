"""The endpoints of submissions."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import OperationalError
from django.http import Http404
from django.urls import reverse
from django.utils.http import parse_etags
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from digest.api import parsers
from digest.api.base import APIView
from digest.api.errors import PROBLEMS, Forbidden, InvalidParameters, Problem, ProblemError
from digest.api.pagination import CursorPagination
from digest.api.parameters import Parameters
from digest.caching import replica
from digest.contrib.submissions import exceptions, submitting
from digest.contrib.submissions.api import bodies, parameters, problems, serializers
from digest.contrib.submissions.api.authentication import ApiKeyAuthentication
from digest.contrib.submissions.api.data import Renderer, detail, row
from digest.contrib.submissions.api.rejections import errors_of
from digest.contrib.submissions.api.schema import SubmissionAutoSchema
from digest.contrib.submissions.api.throttling import ApiKeyThrottle
from digest.contrib.submissions.busy import is_busy
from digest.contrib.submissions.documents import SUFFIXES, WORD, SubmittedDocument
from digest.contrib.submissions.issues import SubmittedIssue
from digest.contrib.submissions.models import Submission
from digest.contrib.submissions.outcomes import listed_state, with_issues
from digest.contrib.submissions.revisions import content_hash
from digest.contrib.submissions.submitting import Order
from digest.importing.documents import MAX_BYTES, MAX_HTML_BYTES, MAX_WORD_BYTES
from digest.importing.errors import DocumentError
from digest.importing.saving import ImportRejected, IssueExists

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
MAX_BODY = {"text/html": MAX_HTML_BYTES, WORD: MAX_WORD_BYTES}  # others: MAX_BYTES
MAX_ECHOED = 100  # characters of an unknown slug
RETRY_AFTER = 5  # seconds
# By exception: the problem type, and the seconds to wait before a new attempt.
REJECTIONS: dict[type[Exception], tuple[Problem, int | None]] = {
    exceptions.NotEditable: (problems.NOT_EDITABLE, None),
    exceptions.BeingEdited: (problems.BEING_EDITED, 60),
    exceptions.ChangedMeanwhile: (problems.CHANGED_MEANWHILE, None),
    exceptions.WorkflowOpen: (problems.WORKFLOW_OPEN, None),
    exceptions.NoWorkflow: (problems.NO_WORKFLOW, None),
    exceptions.InProgress: (problems.IN_PROGRESS, RETRY_AFTER),
}


class SubmissionView(APIView):
    """Base class of the endpoints: for scripts with an API key, and never for browsers (CORS)."""

    authentication_classes = [ApiKeyAuthentication]
    permission_classes = [IsAuthenticated]
    is_cacheable = False
    response_headers: Mapping[str, str] = {
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }

    schema = SubmissionAutoSchema()
    writing_parameters_class: type[parameters.ReplaceParameters]

    @classmethod
    def get_parameters_class(cls, method: str) -> type[Parameters]:
        is_writing = method in ("POST", "PUT")
        return cls.writing_parameters_class if is_writing else cls.parameters_class

    def dispatch(self, *args: Any, **kwargs: Any) -> Any:
        with replica.primary():
            return super().dispatch(*args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, OperationalError) and is_busy(exc):
            exc = ProblemError(problems.TRY_AGAIN, wait=RETRY_AFTER)
        return super().handle_exception(exc)

    def perform_authentication(self, request: Request) -> None:
        super().check_throttles(request)  # by IP address, so that guessed keys count, too
        if request.method != "OPTIONS":
            super().perform_authentication(request)

    def check_permissions(self, request: Request) -> None:
        if request.method != "OPTIONS":
            super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        if request.method in ("POST", "PUT"):
            throttle = ApiKeyThrottle()
            if not throttle.allow_request(request, self):
                raise ProblemError(PROBLEMS[429], throttle.detail, wait=throttle.wait_seconds)

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Vary": "Accept, Authorization"}

    def submissions(self) -> Any:
        """Return the submissions of the key whose issues are in digests that it may use now."""
        key = self.request.auth
        return Submission.objects.of_key(key, list(key.digests.all()))

    def get_submission(self, pk: UUID) -> Submission:
        found = self.submissions().select_related("issue", "digest")
        submission = found.filter(pk=pk).first()
        if submission is None:
            raise Http404
        issue = submission.issue
        digest = issue.get_parent() if issue else submission.digest
        with self.rejecting():
            submitting.check_may_add(digest, self.request.user)
        return submission

    def read_body(self) -> None:
        """Read the body, up to the limit of its media type."""
        request = self.request._request
        self.media_type = parsers.read_media_type(request, [*SUFFIXES, parsers.MEDIA_TYPE])
        self.data = parsers.read_bytes(request, MAX_BODY.get(self.media_type, MAX_BYTES))
        head = repr([request.method, request.get_full_path(), self.media_type])
        self.request_hash = hashlib.sha256(head.encode() + b"\0" + self.data).hexdigest()

    def read_order(self, digest: Any = None, idempotency_key: str = "") -> Order:
        """Return what the request asks for, validated."""
        source = self._read_source()
        values = self.body_class.read(source) if self.is_json else source
        if digest is None and "digest" not in values:
            raise InvalidParameters([_error("digest", "required", "Name the digest by its slug.")])
        digest = digest or self._find_digest(values["digest"])
        self.submitted = self._read_submitted(values, source)
        return Order(
            key=self.request.auth,
            digest=digest,
            submitted=self.submitted,
            idempotency_key=idempotency_key,
            request_hash=self.request_hash,
            action=values.get("action", submitting.DRAFT),
            made_with=values.get("made_with", ""),
            note=values.get("note", ""),
            is_dry_run=self.is_dry_run,
        )

    def _read_source(self) -> dict[str, Any]:
        """Return what the request says: the JSON of its body, or else its parameters."""
        if not self.is_json:
            return self.parameters
        self._reject_parameters_of_documents()
        return parsers.parse_object(self.data)

    @property
    def is_json(self) -> bool:
        return self.media_type == parsers.MEDIA_TYPE

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of the document in the body."""
        return "/document/text" if self.is_json else ""

    def _read_submitted(self, values: Mapping[str, Any], source: Any) -> SubmittedDocument:
        """Return the issue, or else the document; raise ProblemError."""
        try:
            if "issue" in values:
                return SubmittedIssue.of(values["issue"], self.request.user, source["issue"])
            return self._read_document(values)
        except DocumentError as error:
            pointer = error.pointer or self.pointer
            errors = [{"pointer": pointer, "code": "document", "detail": str(error)}]
            raise ProblemError(problems.INVALID_SUBMISSION, errors=errors) from error

    def _read_document(self, values: Mapping[str, Any]) -> SubmittedDocument:
        data, media_type, name = self.data, self.media_type, values.get("name", "")
        if self.is_json:
            media_type = bodies.MEDIA_TYPES[values["document"]["format"]]
            data = values["document"]["text"].encode()
        if media_type != WORD:
            parsers.decode(data)
        return SubmittedDocument.read(data, media_type, name, self.pointer)

    @property
    def is_dry_run(self) -> bool:
        return self.parameters["dry_run"]

    def _reject_parameters_of_documents(self) -> None:
        of_documents = self.writing_parameters_class.OF_DOCUMENTS
        names = [name for name in of_documents if name in self.parameters]
        detail = "Send it in the body, as that is JSON."
        if names:
            raise InvalidParameters([_error(name, "unknown", detail) for name in names])

    def _find_digest(self, slug: str) -> Any:
        """Return the digest of the key with this slug, public or not; raise ProblemError."""
        root = self.site.root_page
        found = self.request.auth.digests.filter(slug=slug).descendant_of(root, inclusive=True)
        if not found:
            raise ProblemError(PROBLEMS[404], f'The key has no digest "{slug[:MAX_ECHOED]}".')
        return self.scope.get_preferred(found)

    def renderer(self, order: Order) -> Renderer:
        with_preview = self.parameters["preview"]
        return Renderer(self.request, order, with_preview=with_preview)

    @contextmanager
    def rejecting(self) -> Iterator[None]:
        """Raise the exceptions as problems."""
        try:
            yield
        except IssueExists as error:
            raise ProblemError(problems.ISSUE_EXISTS, **self._existing(error)) from error
        except ImportRejected as error:
            errors = self.submitted.errors(error)
            raise ProblemError(problems.INVALID_SUBMISSION, errors=errors) from error
        except exceptions.NotPublishable as error:
            errors = errors_of(error, self.submitted.pointer)
            raise ProblemError(problems.NOT_PUBLISHABLE, errors=errors) from error
        except exceptions.NotFound as error:
            raise Http404 from error
        except exceptions.NotAllowed as error:
            raise Forbidden(str(error)) from error
        except tuple(REJECTIONS) as error:
            problem, wait = REJECTIONS[type(error)]
            raise ProblemError(problem, wait=wait) from error

    def _existing(self, error: IssueExists) -> dict[str, Any]:
        """Return how to replace the existing issue, if the key has submitted it."""
        own = self.submissions().filter(issue=error.issue).order_by("-created_at").first()
        if own is None:
            return {}
        url = self.request.build_absolute_uri(_url(own))
        return {
            "detail": f"You have submitted this issue: PUT the document to {url}.",
            "headers": {"Location": url, "ETag": _etag(own.issue.specific)},
        }

    def respond(self, submission: Submission, status: int) -> Response:
        headers = {}
        if not self.is_dry_run:
            headers = self._headers(submission, submission.revision_hash)
        return Response(json.loads(submission.response), status, headers=headers)

    def _headers(self, submission: Submission, content_hash: str) -> dict[str, str]:
        url = self.request.build_absolute_uri(_url(submission))
        return {"Location": url, "ETag": f'"{content_hash}"'}


class Submissions(SubmissionView):
    """List the submissions of the key, newest first."""

    http_method_names = ["get", "head", "post", "options"]
    is_list = True
    serializer_class = serializers.SubmissionRowSerializer
    body_class = bodies.SubmissionBody
    responses = {"POST": (201, serializers.SubmittedSerializer)}

    parameters_class = parameters.SubmissionListParameters
    writing_parameters_class = parameters.SubmitParameters

    def get(self, request: Request) -> Response:
        found = self.readable_submissions()
        if since := self.parameters.get("since"):
            found = found.filter(updated_at__gte=since)
        paginator = CursorPagination(["-created_at", "id"], self.parameters)
        found = paginator.paginate_queryset(with_issues(found), request)
        return paginator.get_paginated_response([row(each, listed_state(each)) for each in found])

    def readable_submissions(self) -> Any:
        """Return those to digests to which the user of the key may add issues."""
        key, user = self.request.auth, self.request.user
        digests = [each for each in key.digests.all() if submitting.may_add(each, user)]
        return Submission.objects.of_key(key, digests)

    def post(self, request: Request) -> Response:
        """Save a document, and return the report of the import and the checklist.

        It becomes a draft, unless `action` is `publish`.
        """
        self.read_body()
        key = self._idempotency_key()
        if replayed := self._replay(key):
            return replayed
        order = self.read_order(idempotency_key=key)
        try:
            with self.rejecting():
                submission = submitting.create(order, self.renderer(order))
        except exceptions.IdempotencyKeyUsed:
            if replayed := self._replay(key):
                return replayed
            raise ProblemError(problems.TRY_AGAIN, wait=RETRY_AFTER) from None  # It is gone.
        return self.respond(submission, 200 if order.is_dry_run else 201)

    def _idempotency_key(self) -> str:
        if self.is_dry_run:
            return ""
        key = self.request.headers.get("Idempotency-Key", "")
        if IDEMPOTENCY_KEY.fullmatch(key):
            return key
        if self.is_json:  # which may show that a dry run is meant
            self.body_class.read(self._read_source())
        detail = problems.INVALID_IDEMPOTENCY_KEY if key else ""
        raise ProblemError(problems.IDEMPOTENCY_KEY_REQUIRED, detail)

    def _replay(self, key: str) -> Response | None:
        """Return the stored response to the first request with the idempotency key."""
        rows = Submission.objects.filter(key=self.request.auth, idempotency_key=key)
        first = rows.first() if key else None
        if first is None:
            return None
        if first.request_hash != self.request_hash or not first.first_response:
            raise ProblemError(problems.IDEMPOTENCY_KEY_REUSED)
        self.get_submission(first.pk)  # if the key may still read it
        headers = self._headers(first, first.first_hash) | {"Idempotency-Replayed": "true"}
        return Response(json.loads(first.first_response), 201, headers=headers)


class SubmissionDetail(SubmissionView):
    """Return the last response to a submission, and what became of it."""

    http_method_names = ["get", "head", "put", "options"]
    serializer_class = serializers.SubmissionSerializer
    body_class = bodies.ReplacementBody
    responses = {"PUT": (200, serializers.SubmittedSerializer)}

    writing_parameters_class = parameters.ReplaceParameters

    def get(self, request: Request, submission_id: UUID) -> Response:
        # The ETag is that of the draft, for a PUT: the outcome changes without it.
        request.META.pop("HTTP_IF_NONE_MATCH", None)
        submission = self.get_submission(submission_id)
        issue = submission.issue
        headers = {"ETag": _etag(issue.specific)} if issue else None
        return Response(detail(submission), headers=headers)

    def put(self, request: Request, submission_id: UUID) -> Response:
        """Replace the document of a submission, as a new revision of its issue.

        It becomes the draft, unless `action` is `publish`.
        """
        submission = self.get_submission(submission_id)
        etags = self._precondition()
        self.read_body()
        order = self.read_order(submission.digest)
        with self.rejecting():
            submission = submitting.update(submission, order, self.renderer(order), etags)
        return self.respond(submission, 200)

    def _precondition(self) -> set[str]:
        """Return the hashes of which the draft must have one; none for any."""
        match = self.request.headers.get("If-Match", "").strip()
        if not match:
            raise ProblemError(problems.PRECONDITION_REQUIRED)
        if match == "*":
            return set()
        # Compression makes a tag weak. Ours are hashes of the text, so a weak one is as good.
        return {tag.removeprefix("W/").strip('"') for tag in parse_etags(match)} or {"none"}


def _error(parameter: str, code: str, detail: str) -> dict[str, str]:
    return {"parameter": parameter, "code": code, "detail": detail}


def _url(submission: Submission) -> str:
    return reverse("digest:api:submission", args=[submission.pk])


def _etag(issue: Any) -> str:
    return f'"{content_hash(issue)}"'
