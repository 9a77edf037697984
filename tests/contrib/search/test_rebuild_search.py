"""``manage.py rebuild_search`` repairs the search index, and prints what differs."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from digest.contrib.search.models import Entry, Word
from digest.models import IssuePage
from digest.pages import derived
from tests.contrib.search.searching import add_story, stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(digest):
    return add_story(digest, "Needle", "running", title="14")


def lose_an_entry(issue):
    Entry.objects.filter(story=None)._raw_delete("default")
    return f"missing: issue {issue.pk}, itself"


def keep_a_hidden_entry(issue):
    IssuePage.objects.filter(pk=issue.pk).update(live=False)
    return f"stale: issue {issue.pk}, story 1"


def change_a_text(issue):
    Entry.objects.filter(story__isnull=False).update(title=" straw ")
    return f"differs: issue {issue.pk}, story 1"


def change_a_tag(issue):
    Entry.objects.filter(story=None).update(tag_ids="5")
    return f"differs: issue {issue.pk}, itself"


def lose_a_word(issue):
    Word.objects.filter(text="needle").delete()
    return "missing word: needle"


def keep_an_old_stem(issue):
    Word.objects.filter(text="running").update(stem="running")
    return "wrong stem: running"


DAMAGES = [lose_an_entry, keep_a_hidden_entry, change_a_text, change_a_tag]
DAMAGES += [lose_a_word, keep_an_old_stem]


def run(**options):
    out = StringIO()
    call_command("rebuild_search", stdout=out, **options)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_printed_and_repaired(issue, damage):
    line, out = damage(issue), StringIO()
    with pytest.raises(CommandError, match="rebuild_search") as error:
        call_command("rebuild_search", check=True, stdout=out)
    assert error.value.returncode == 1
    assert line in out.getvalue().splitlines()
    run()
    assert run(check=True) == ["All entries of the index are right."]


def test_correct_entries_are_not_written(issue):
    before = list(Entry.objects.order_by("pk").values())
    assert run() == ["0 entries repaired."]
    assert list(Entry.objects.order_by("pk").values()) == before


def test_empty_index_is_filled(issue, monkeypatch):
    monkeypatch.setattr(derived, "BATCH_SIZE", 1)
    add_story(issue.get_parent().specific, "Straw", day=15)
    Word.objects.all().delete()
    Entry.objects.all()._raw_delete("default")
    assert stories("needle") == []
    assert run() == ["4 entries repaired."]
    assert stories("needle") == ["Needle"]
    assert stories("runs") == ["Needle"]


def test_progress_is_printed(issue, monkeypatch):
    monkeypatch.setattr(derived, "issue_batches", lambda: iter([[0] * 1000]))
    assert run()[0] == "1000 of 1 issues ..."
    assert run(verbosity=0) == ["0 entries repaired."]


def test_check_changes_nothing(issue):
    change_a_text(issue)
    with pytest.raises(CommandError):
        run(check=True)
    assert Entry.objects.filter(title=" straw ").exists()
