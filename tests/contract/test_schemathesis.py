"""Strangers' requests, made from the OpenAPI document by Schemathesis, against a live server.

It knows nothing but the document: what the document allows must be answered as it says, and what it
forbids must be refused. The seed and the number of requests are fixed, so a run can be repeated.
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
# Without these most requests would be for ids and slugs of nothing.
CONFIGURATION = """
[parameters]
slug = "daily"
digest_slug = "daily"
"""


@pytest.fixture
def address(live_server, django_db_serialized_rollback, monkeypatch) -> str:
    """A live server with the content that the migrations make, before the test adds its own."""
    # Without this each answer waits forty milliseconds for an acknowledgement of its headers.
    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
    return live_server.url


def run(address: str, folder: Path) -> subprocess.CompletedProcess:
    """Run Schemathesis as its users do, from a folder where it may leave what it likes."""
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
    command = [program, "run", f"{address}/api/v1/schema/", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
def test_every_answer_is_what_the_document_says(address, digest, tmp_path):
    digest.image = make_image()
    digest.save()
    make_full_issue(digest)
    make_issue(digest, 16, tags=("Power",), image=make_image())
    result = run(address, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
