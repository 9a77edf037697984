"""While the API cannot be reached, the pages stay, and the rest says so."""

import pytest

from tests.frontends.site import wait_until
from tests.frontends.writing import publish, write_issue

pytestmark = pytest.mark.browser

FAILED = "The pages stay as they are"
RETRIED = 90  # seconds: the server looks for changes every 15


def test_failed_build_leaves_the_pages_and_is_repeated(editor, reader, served):
    title = "Boats in the fog"
    path = write_issue(editor, title)
    builds, failures = served.count("Built in"), served.count(FAILED)
    with served.proxy.broken():
        publish(editor)
        served.wait_for(FAILED, RETRIED, failures + 1)
        assert served.count("Built in") == builds
        page = reader.request.get("/signals/2026-11-20/")
        assert page.ok
        assert "The grid writes its own rules" in page.text()
        assert title not in reader.request.get("/").text()
        search = reader.request.get("/search/?q=grid")
        assert (search.status, search.headers["retry-after"]) == (503, "30")
        assert reader.request.get(path).status == 503
    wait_until(lambda: title in reader.request.get("/").text(), RETRIED)
    assert reader.request.get(path).ok
