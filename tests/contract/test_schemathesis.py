"""Run Schemathesis, which generates requests from the OpenAPI document, against a live server.

Valid requests must get a documented response, invalid ones an error. Endpoints that take a body are
those of the fixture `notes` at least. The seed and the number of
requests are fixed, so that a run can be repeated.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.servers.basehttp import WSGIRequestHandler

from tests.builders import make_full_issue, make_image, make_issue

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
]
# Without these, most requests would have slugs that do not exist.
CONFIGURATION = """
[parameters]
slug = "daily"
digest_slug = "daily"
submission_id = "00000000-0000-0000-0000-000000000000"
"""


@pytest.fixture
def live_url(live_server, django_db_serialized_rollback, monkeypatch) -> str:
    """The URL of a live server with the content of the migrations."""
    # Without this, each response waits 40 ms for an acknowledgement of its headers.
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
    return live_server.url


def run(url: str, folder: Path) -> subprocess.CompletedProcess:
    """Run Schemathesis in a folder to which it may write."""
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    (folder / "schemathesis.toml").write_text(CONFIGURATION)
    options = [
        f"--checks={','.join(CHECKS)}",
        "--phases=examples,coverage,fuzzing",
        "--max-examples=15",
        "--seed=1",
        "--generation-deterministic",
        "--request-timeout=30",
        "--continue-on-failure",
        "--no-shrink",
        "--no-color",
        "--warnings=off",
    ]
    command = [program, "run", f"{url}/api/v1/schema/", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
def test_every_response_is_as_documented(live_url, digest, notes, tmp_path):
    digest.image = make_image()
    digest.save()
    make_full_issue(digest)
    make_issue(digest, 16, tags=("Power",), image=make_image())
    result = run(live_url, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
