"""The site's middleware compresses responses, and makes their ETags weak."""

from tests.contrib.submissions.conftest import DOCUMENT


def test_etag_of_a_compressed_response_matches(submit):
    first = submit(headers={"Accept-Encoding": "gzip"})
    assert (first["Content-Encoding"], first["ETag"][:2]) == ("gzip", "W/")
    headers = {"Idempotency-Key": None, "If-Match": first["ETag"]}
    changed = DOCUMENT.replace("eight people", "nine people")
    response = submit(changed, first["Location"], method="put", headers=headers)
    assert (response.status_code, response.json()["did"]) == (200, "updated")
