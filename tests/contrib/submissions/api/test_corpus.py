"""Documents become by the endpoint what they become by ``import_issue``."""

import pytest
from django.core.management import call_command

from digest.contrib.submissions.documents import WORD
from digest.models import IssuePage
from tests.contrib.submissions.api.test_issues import stored, without_ids
from tests.importing.conftest import COPIED, MARKDOWN
from tests.importing.test_word import docx

pytestmark = pytest.mark.django_db

HTML = "<h1>Sand</h1><p>2026-03-10</p><h2>Heat</h2><p>It is <b>stored</b>.</p><p>Sources:</p>"
HTML += '<ul><li><a href="https://example.org/">Sand</a>, The Wire</li></ul>'


@pytest.mark.parametrize(
    ("name", "media_type", "data"),
    [
        (COPIED.name, "text/plain", COPIED.read_bytes()),
        (MARKDOWN.name, "text/markdown", MARKDOWN.read_bytes()),
        ("sand.html", "text/html", HTML.encode()),
        ("2026-03-09.docx", WORD, docx()),
    ],
    ids=["text", "markdown", "html", "word"],
)
def test_document_is_imported_alike(submit, tmp_path, capsys, name, media_type, data):
    path = tmp_path / name
    path.write_bytes(data)
    response = submit(
        data, f"/api/v1/submissions/?digest=daily&name={name}", content_type=media_type
    )
    report = response.json()["report"]
    submitted = stored(response)
    call_command("import_issue", str(path), "--digest", "daily")
    issue = IssuePage.objects.get().get_latest_revision_as_object()
    fields = issue.title, issue.date, issue.byline, sorted(t.name for t in issue.tags.all())
    assert submitted == (fields, without_ids(issue.body.get_prep_value()))
    assert report["summary"] in capsys.readouterr().out
