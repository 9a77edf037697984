"""The sample curator of the docs: its process, against the site and a feed over HTTP."""

import configparser
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.utils import timezone

from digest.contrib.submissions.models import Submission
from digest.models import IssuePage
from tests.contrib.submissions.curator import (
    ATOM,
    HOW,
    RSS,
    SCRIPT,
    clean_environment,
    curate,
)
from tests.docs.markdown import code_blocks
from tests.http.servers import running

TRANSACTIONAL = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SERVICE, TIMER = code_blocks(HOW, "ini")
[CRONTAB] = code_blocks(HOW, "crontab")


@pytest.fixture
def feed() -> Iterator:
    with running() as server:
        server.set_response("/feed.xml", body=RSS, Content_Type="application/rss+xml")
        yield server


@pytest.fixture
def run(live_server, tmp_path, feed, api_key, digest) -> Callable:
    """Return a function that runs the script, or another command of the docs."""

    def run(**options):
        places = (feed.url("/feed.xml", "localhost"), live_server.url, digest.slug)
        return curate(tmp_path, options.pop("key", api_key[1]), *places, **options)

    return run


def stories(issue):
    return [block.value for block in issue.body if block.block_type == "story_section"]


def sources(story):
    return [(each["title"], each["url"], each["publisher"]) for each in story["sources"]]


@TRANSACTIONAL
def test_feed_becomes_a_draft(run):
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert (answer["did"], answer["report"]["not_understood"]) == ("created", 0)
    issue = IssuePage.objects.get(live=False).get_latest_revision_as_object()
    assert (issue.title, issue.date) == ("Tugs switch to batteries", timezone.localdate())
    assert issue.summary == "Harbour Wire"
    tugs, crane, bridge = stories(issue)
    text = "Six tugs leave the quay without a sound &amp; come back half full ."
    assert text in tugs["body"].source
    assert crane["heading"] == "A crane gets a *second* [life]"
    assert "- It lifts books now, # 1 of a row." in crane["body"].source
    assert bridge["heading"] == "The bridge opens at 4 < 5"
    assert sources(tugs) == [
        ("Tugs switch to batteries", "https://wire.example/tugs?a=1&b=2", "wire.example")
    ]
    [(_title, url, _publisher)] = sources(crane)
    assert url == "https://wire.example/crane%281%29"
    assert sources(bridge) == [("The bridge opens at 4 < 5", "", "")]
    assert Submission.objects.get().made_with == "curate.py"


@TRANSACTIONAL
def test_checklist_says_what_is_missing(run, digest):
    digest.checklist = {"rules": {"why_it_matters": "required"}}
    digest.save()
    answer = json.loads(run().stdout)
    required = [each for each in answer["findings"] if each["level"] == "required"]
    assert [each["rule"] for each in required] == ["why_it_matters"] * 3
    assert [each["place"] for each in required] == ["lines 8-14", "lines 16-22", "lines 24-30"]
    assert not answer["publishable"]


@TRANSACTIONAL
def test_atom_is_read_too(run, feed):
    feed.set_response("/feed.xml", body=ATOM)
    assert run().returncode == 0
    issue = IssuePage.objects.get(live=False).get_latest_revision_as_object()
    [story] = stories(issue)
    assert (issue.title, issue.summary) == ("Gulls & gates", "Harbour Notes")
    assert "The gate stays open." in story["body"].source
    assert sources(story) == [("Gulls & gates", "https://notes.example/gulls", "notes.example")]


@TRANSACTIONAL
def test_second_run_of_a_day_repeats_the_response(run):
    first, second = run(), run()
    assert first.stdout == second.stdout
    assert (second.returncode, Submission.objects.count()) == (0, 1)


@TRANSACTIONAL
def test_feed_that_has_changed_since_the_first_run_is_refused(run, feed):
    run()
    feed.set_response("/feed.xml", body=ATOM)
    done = run()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "This Idempotency-Key was used for another request.\n"
    assert Submission.objects.count() == 1


@TRANSACTIONAL
def test_refusal_is_printed(run, digest, api_key):
    done = run(key="digest_wrong")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Send a valid API key")
    api_key[0].digests.clear()
    assert run().returncode == 1


@TRANSACTIONAL
def test_rejected_document_is_explained(run, feed):
    feed.set_response("/feed.xml", body=ATOM.replace("Gulls &amp;amp; gates", "g" * 300))
    done = run()
    assert (done.returncode, Submission.objects.count()) == (1, 0)
    first, *others = done.stderr.splitlines()
    assert first == "The document cannot become an issue."
    assert others


@TRANSACTIONAL
def test_limit_asks_for_another_run(run, settings):
    settings.DIGEST_SUBMISSION_RATE = "1/hour"
    cache.clear()
    run()
    done = run()
    assert (done.returncode, done.stdout) == (75, "")
    assert "Retry-After" in done.stderr


@TRANSACTIONAL
@pytest.mark.parametrize("body", ["", "<rss><channel><title>Wire</title></channel></rss>"])
def test_feed_that_cannot_be_read_fails(run, feed, body):
    feed.set_response("/feed.xml", body=body)
    assert run().returncode == 1
    assert not Submission.objects.exists()


def test_script_has_thirty_lines_and_needs_no_package():
    assert len(SCRIPT.splitlines()) <= 30
    imported = re.findall(r"^(?:import|from) (\w+(?:, \w+)*)", SCRIPT, re.MULTILINE)
    names = {name for line in imported for name in line.split(", ")}
    assert {"html", "time", "urllib", "xml"} <= names <= sys.stdlib_module_names


# The commands


@TRANSACTIONAL
def test_line_for_cron_runs(run, tmp_path, api_key):
    fields, command = CRONTAB.strip().split(" set ", 1)
    assert fields == "15 6 * * *"
    assert "%" not in command  # a line break for cron
    (tmp_path / "curate.env").write_text(f"DIGEST_KEY={api_key[1]}\n")
    assert run(key="", command=f"set {command}").returncode == 0
    assert Submission.objects.count() == 1


def unit(text):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read_string(text)
    return parser


@TRANSACTIONAL
def test_command_of_the_unit_runs(run):
    assert run(command=unit(SERVICE)["Service"]["ExecStart"]).returncode == 0
    assert Submission.objects.count() == 1


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_units_are_valid(tmp_path):
    (tmp_path / "curate.py").touch()
    for name, text in {"service": SERVICE, "timer": TIMER}.items():
        (tmp_path / f"digest-curate.{name}").write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *tmp_path.glob("digest-curate.*")],
        capture_output=True,
        text=True,
    )
    assert [line for line in done.stderr.splitlines() if "digest-curate" in line] == []


@TRANSACTIONAL
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_outcome_is_read(run, live_server, api_key):
    run()
    [command] = code_blocks(HOW, "sh")[1:]
    environment = {"DIGEST_KEY": api_key[1], "ID": str(Submission.objects.get().pk)}
    done = subprocess.run(
        ["sh", "-c", command.replace("https://cms.example", live_server.url)],
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)
    assert (found["state"], found["outcome"]["url"]) == ("draft", None)
