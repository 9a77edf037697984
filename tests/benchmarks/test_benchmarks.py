"""The programs that measure: their pages are pages as the editor makes them, and they still run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from wagtail.models import Page

from benchmarks.catalogue import last_page
from benchmarks.database import fill
from digest.models import IssuePage
from digest.stories import Story

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.django_db
def test_the_pages_made_in_bulk_are_a_sound_tree_of_valid_issues(site):
    fill(8)
    problems = Page.find_problems()
    assert not any(problems), problems
    issue = IssuePage.objects.order_by("-date").first()
    issue.clean_for_publishing()
    assert issue.get_parent().get_children().count() == 2
    assert Story.objects.filter(issue=issue).count() == len(issue.stories) == 5


@pytest.mark.django_db
def test_the_last_page_is_where_the_cursor_ends(site, client):
    fill(48)
    found = client.get(
        last_page(lambda address: client.get(address, SERVER_NAME="localhost").json())
    )
    assert found.json()["next"] is None
    oldest = IssuePage.objects.order_by("-date", "-pk").last()
    assert found.json()["results"][-1]["id"] == oldest.pk


@pytest.mark.slow
def test_every_question_is_answered_by_every_api(tmp_path):
    command = [sys.executable, "-m", "benchmarks", "--issues", "40", "--rounds", "1"]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"BENCH_DIR": str(tmp_path)}
    done = subprocess.run(
        [*command, "--restrictions", "4"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "fails" not in done.stdout
    assert done.stdout.count("\n  Wagtail v2  ") == 10
    assert "4 of them private" in done.stdout
