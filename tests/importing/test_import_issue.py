"""Test output and exit status of the import_issue command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from digest.models import IssuePage
from tests.builders import make_issue
from tests.importing.conftest import COPIED, MARKDOWN
from tests.importing.test_word import docx

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options) -> tuple[str, str, CommandError | None]:
    """Run the command; return its output, its errors and the exception."""
    out, err, failure = StringIO(), StringIO(), None
    try:
        arguments = [str(argument) for argument in arguments]
        call_command("import_issue", *arguments, stdout=out, stderr=err, **options)
    except CommandError as error:
        failure = error
    return out.getvalue(), err.getvalue(), failure


def test_document_is_reported_and_imported(digest):
    out, err, failure = run(COPIED, "--digest", "weekly")
    issue = IssuePage.objects.get()
    assert "line 1  boilerplate      Back to feed" in out
    assert f"New issue http://localhost/weekly/2026-03-09/ (page {issue.pk}), draft." in out
    assert out.endswith("1 of 1 documents imported into Weekly.\n")
    assert (err, failure, issue.live) == ("", None, False)


def test_html_and_word_files_are_imported(digest, tmp_path):
    page, word = tmp_path / "page.html", tmp_path / "2026-03-09.docx"
    page.write_text("<h1>Sand</h1><p>2026-03-10</p><h2>Heat</h2><script>x</script><p>Stored.</p>")
    word.write_bytes(docx())
    out, err, failure = run(page, word, "--digest", "weekly")
    assert "block 3  story            Heat" in out
    assert "note  left out: 1 × scripts and embedded content" in out
    assert (err, failure) == ("", None)
    titles = IssuePage.objects.order_by("title").values_list("title", flat=True)
    assert list(titles) == ["Heat below the house", "Sand"]


def test_publish(digest):
    out, _, _ = run(MARKDOWN, "--digest", "weekly", "--publish")
    assert IssuePage.objects.get().live
    assert "published." in out
    assert "Image cover.png is not imported" in out


@pytest.mark.parametrize(
    "line",
    ["draft: yes", "published: False", "private: true", "visibility: Private", "status: pending"],
)
def test_document_that_says_so_is_imported_but_not_published(digest, tmp_path, line):
    path = tmp_path / "a.md"
    path.write_text(f"---\ntitle: T\ndate: 2026-03-09\n{line}\n---\n\nSummary.\n")
    out, err, failure = run(path, "--digest", "weekly", "--publish")
    assert (failure, IssuePage.objects.get().live) == (None, False)
    assert err == f"{path}: {line}: not published\n"
    assert f"line 4  not published    {line}" in out
    assert "draft." in out


@pytest.mark.parametrize("line", ["draft: false", "published: 2026-03-09", "status: published"])
def test_document_that_is_no_draft_is_published(digest, tmp_path, line):
    path = tmp_path / "a.md"
    text = MARKDOWN.read_text().replace("---\n", f"---\n{line}\n", 1)
    path.write_text(text)
    run(path, "--digest", "weekly", "--publish")
    assert IssuePage.objects.get().live


def test_dry_run_writes_nothing(digest):
    out, _, failure = run(COPIED, "--digest", "weekly", "--publish", "--dry-run")
    assert "Would make a new issue." in out
    assert "1 of 1 documents could be imported" in out
    assert (failure, IssuePage.objects.count()) == (None, 0)


def test_dry_run_reports_updates_and_rejections(digest):
    run(COPIED, "--digest", "weekly")
    out, _, _ = run(COPIED, "--digest", "weekly", "--dry-run", "--update")
    assert "Would make a new revision." in out
    _, err, failure = run(COPIED, "--digest", "weekly", "--dry-run")
    assert "already in Weekly" in err
    assert failure


def test_repeated_import_needs_update(digest):
    run(COPIED, "--digest", "weekly")
    _, err, failure = run(COPIED, "--digest", "weekly")
    assert "is already in Weekly" in err
    assert str(failure) == "0 of 1 documents imported into Weekly."
    out, _, failure = run(COPIED, "--digest", "weekly", "--update")
    assert "New revision of http://localhost/weekly/2026-03-09/" in out
    assert (failure, IssuePage.objects.count()) == (None, 1)


def test_import_continues_after_a_failed_file(digest, tmp_path):
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.md").write_bytes(b"\x00\x01" * 50)
    files = [tmp_path / "empty.txt", COPIED, tmp_path / "none", tmp_path, tmp_path / "binary.md"]
    out, err, failure = run(*files, MARKDOWN, "--digest", "weekly")
    assert len(err.splitlines()) == 4
    assert "empty.txt: It is empty." in err
    assert "[6/6]" in out
    assert str(failure) == "2 of 6 documents imported into Weekly."
    assert IssuePage.objects.count() == 2


def test_rejected_publication_names_the_fields_and_writes_nothing(digest, tmp_path):
    (tmp_path / "a.md").write_text("---\ntitle: T\ndate: 2026-03-09\n---\n## Story\n")
    _, err, failure = run(tmp_path / "a.md", "--digest", "weekly", "--publish")
    assert "a.md: body: Headline 1, Summary: This field is required." in err
    assert "a.md: body: Story 2, Story: This field is required." in err
    assert (bool(failure), IssuePage.objects.count()) == (True, 0)


def test_unknown_digest_lists_the_digests(digest):
    _, _, failure = run(COPIED, "--digest", "nope")
    assert str(failure) == 'There is no digest with the slug "nope". Digests: weekly.'


def test_quiet_output_has_one_line_per_file(digest):
    out, _, _ = run(COPIED, "--digest", "weekly", verbosity=0)
    assert len(out.splitlines()) == 2


def test_control_characters_in_names_are_escaped(digest):
    out, err, _ = run("a\x1b[31m\nb", "--digest", "weekly")
    assert "\x1b" not in out + err
    assert "'a\\x1b[31m\\nb': There is no such file." in err


def test_issue_of_the_past_gets_no_number(digest):
    make_issue(digest, 14, publish=False, number=3)
    out, _, _ = run(COPIED, "--digest", "weekly")
    issue = IssuePage.objects.get(date="2026-03-09")
    assert f"(page {issue.pk}), draft, without a number: others are later." in out
    assert issue.number is None
