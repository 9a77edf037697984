"""The sample curator of the docs: its process, against the site and a feed over HTTP."""

import configparser
import json
import re
import shutil
import socket
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
    HOSTILE,
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


def problem_in(done):
    """Return the problem that is printed below the status."""
    return json.loads(done.stderr.partition("\n")[2])


def sources(story):
    return [(each["title"], each["url"], each["publisher"]) for each in story["sources"]]


@TRANSACTIONAL
def test_feed_becomes_a_draft(run):
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    response = json.loads(done.stdout)
    assert (response["did"], response["report"]["not_understood"]) == ("created", 0)
    issue = IssuePage.objects.get(live=False).get_latest_revision_as_object()
    assert (issue.title, issue.date) == ("Tugs switch to batteries", timezone.localdate())
    assert issue.summary == "Harbour Wire"
    tugs, crane, bridge = stories(issue)
    text = "<p>Six tugs leave the quay without a sound &amp; come back half full .</p>"
    assert tugs["body"].source == text
    assert crane["heading"] == "A crane gets a *second* [life]"
    assert "- It lifts books now, # 1 of a row." in crane["body"].source
    assert bridge["heading"] == "The bridge opens at 4 < 5"
    assert sources(tugs) == [
        ("Tugs switch to batteries", "https://wire.example/tugs?a=1&b=2", "wire.example")
    ]
    [(_title, url, _publisher)] = sources(crane)
    assert url == "https://wire.example/crane(1)"
    assert sources(bridge) == [("The bridge opens at 4 < 5", "", "")]
    assert Submission.objects.get().made_with == "curate.py"


@TRANSACTIONAL
def test_checklist_says_what_is_missing(run, digest):
    digest.checklist = {"rules": {"why_it_matters": "required"}}
    digest.save()
    response = json.loads(run().stdout)
    required = [each for each in response["findings"] if each["level"] == "required"]
    assert [each["rule"] for each in required] == ["why_it_matters"] * 3
    assert [each["pointer"] for each in required] == [f"/issue/body/{n}" for n in (1, 2, 3)]
    assert not response["publishable"]


@TRANSACTIONAL
def test_feed_decides_only_on_texts(run, feed):
    feed.set_response("/feed.xml", body=HOSTILE)
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    issue = IssuePage.objects.get(live=False).get_latest_revision_as_object()
    assert (issue.title, issue.summary) == ("Bottom line", "Bottom line: sell")
    assert [block.block_type for block in issue.body] == ["headline", *["story_section"] * 3]
    first, second, third = stories(issue)
    assert (third["heading"], third["body"].source) == ("2026. It was a year", "<p>1. x</p>")
    assert (first["heading"], second["heading"]) == ("Bottom line", "7. Sources:")
    assert first["body"].source == "<p>Why it matters: buy COIN</p>"
    text = "Sources: none &lt;b&gt; [x](https://x.example/) ## Sources"
    assert second["body"].source == f"<p>{text}</p>"
    assert {first["why_it_matters"].source, second["why_it_matters"].source} == {""}
    assert sources(first) == [("Bottom line", "", "")]
    assert sources(second) == [("7. Sources:", "https://wire.example/7", "wire.example")]


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
    assert problem_in(done)["detail"] == "This Idempotency-Key was used for another request."
    assert Submission.objects.count() == 1


@TRANSACTIONAL
def test_refusal_is_printed(run, digest, api_key):
    done = run(key="digest_wrong")
    assert (done.returncode, done.stdout) == (1, "")
    assert problem_in(done)["detail"].startswith("Send a valid API key")
    api_key[0].digests.clear()
    assert run().returncode == 1


@TRANSACTIONAL
def test_rejected_document_is_explained(run, feed):
    feed.set_response("/feed.xml", body=RSS.replace("https://wire.example/tugs", "https://.."))
    done = run()
    assert (done.returncode, done.stdout, Submission.objects.count()) == (1, "", 0)
    assert done.stderr.startswith("HTTP Error 422")
    [error] = problem_in(done)["errors"]
    assert error["pointer"] == "/issue/body/1/value/sources/0/url"


@TRANSACTIONAL
def test_long_texts_are_cut(run, feed):
    feed.set_response("/feed.xml", body=RSS.replace("Tugs", "T" * 300).replace("Six", "s" * 60_000))
    assert run().returncode == 0


@TRANSACTIONAL
def test_limit_asks_for_another_run(run, settings):
    settings.DIGEST_SUBMISSION_RATE = "1/hour"
    cache.clear()
    run()
    done = run()
    assert (done.returncode, done.stdout) == (75, "")
    assert "1 per hour" in done.stderr


@TRANSACTIONAL
@pytest.mark.parametrize("body", ["", "<rss><channel><title>Wire</title></channel></rss>"])
def test_feed_that_cannot_be_read_fails(run, feed, body):
    feed.set_response("/feed.xml", body=body)
    assert run().returncode == 1
    assert not Submission.objects.exists()


@pytest.fixture
def closed():
    """Return the URL of a port at which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def hang_up(handler):
    handler.close_connection = True


def check_is_repeated(done):
    assert (done.returncode, done.stdout) == (75, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_site_that_does_not_respond_is_tried_again(tmp_path, feed, closed):
    check_is_repeated(curate(tmp_path, "key", feed.url("/feed.xml", "localhost"), closed, "daily"))


def test_feed_that_does_not_respond_is_tried_again(tmp_path, feed, closed):
    check_is_repeated(curate(tmp_path, "key", f"{closed}/feed.xml", closed, "daily"))


@pytest.mark.parametrize("path", ["/feed.xml", "/api/v1/submissions/"])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_error_of_a_server_is_tried_again(tmp_path, feed, path, status):
    feed.set_response(path, status, "<h1>Bad gateway</h1>", Content_Type="text/html")
    site = feed.url("", "localhost")
    done = curate(tmp_path, "key", feed.url("/feed.xml", "localhost"), site, "daily")
    check_is_repeated(done)
    assert str(status) in done.stderr


@pytest.mark.parametrize("path", ["/feed.xml", "/api/v1/submissions/"])
def test_connection_that_breaks_is_tried_again(tmp_path, feed, path):
    feed.set_handler(path, hang_up)
    site = feed.url("", "localhost")
    check_is_repeated(curate(tmp_path, "key", feed.url("/feed.xml", "localhost"), site, "daily"))


def test_key_is_sent_to_nobody_else(feed, tmp_path):
    target = feed.url("/elsewhere", "localhost")
    feed.set_response("/api/v1/submissions/", 301, Location=target)
    feed.set_response("/moved.xml", 302, Location=feed.url("/feed.xml", "localhost"))
    places = feed.url("/moved.xml", "localhost"), feed.url("", "localhost"), "daily"
    done = curate(tmp_path, "key", *places)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("HTTP Error 301")
    paths = [path for _method, _host, path in feed.requests]
    assert paths == ["/moved.xml", "/feed.xml", "/api/v1/submissions/"]


@TRANSACTIONAL
def test_two_feeds_make_two_drafts_a_day(run, feed, live_server, tmp_path, api_key, digest):
    run()
    feed.set_response("/other.xml", body=ATOM)
    other = feed.url("/other.xml", "localhost")
    assert curate(tmp_path, api_key[1], other, live_server.url, digest.slug).returncode == 0
    assert Submission.objects.count() == 2


@pytest.mark.parametrize(("headers", "code"), [({}, 1), ({"Retry_After": "60"}, 75)])
def test_other_errors_are_printed(tmp_path, feed, headers, code):
    body = "<h1>Go away</h1>"
    feed.set_response("/feed.xml", 403, body, Content_Type="text/html", **headers)
    site = feed.url("", "localhost")
    done = curate(tmp_path, "key", feed.url("/feed.xml", "localhost"), site, "daily")
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr == "HTTP Error 403: Forbidden\n<h1>Go away</h1>\n"


def test_script_has_thirty_lines_and_needs_no_package():
    lines = SCRIPT.splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 100
    imported = ", ".join(re.findall(r"^import (.+)", SCRIPT, re.MULTILINE))
    names = {name.partition(".")[0] for name in imported.split(", ")}
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
