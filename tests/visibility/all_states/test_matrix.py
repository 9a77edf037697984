"""Every door, each state: a hidden issue is nowhere, a public one wherever it belongs."""

import pytest

from digest.models import IssuePage
from tests.visibility import doors
from tests.visibility.answers import ask, same_answer, told
from tests.visibility.oracle import Oracle
from tests.visibility.world import NOBODY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("door", doors.LISTS)
def test_lists_show_the_public_issues_and_no_other(world, client, door):
    response = ask(client, door)
    assert response.status_code == 200
    mark = "/issues/{pk}.md" if door == "/llms.txt" else "slug{word}"
    assert world.shown(told(response), mark) == world.public
    assert world.secrets_in(told(response)) == []


@pytest.mark.parametrize("door", doors.TAG_LISTS)
def test_tags_are_those_of_public_issues(world, client, door):
    response = ask(client, door)
    assert response.status_code == 200
    assert world.shown(told(response), "tag{word}") == world.public
    assert world.secrets_in(told(response)) == []


def test_counts_are_of_public_issues(world, client):
    count = ask(client, "/api/v1/issues/?tag=every&count=true").json()["count"]
    tags = ask(client, "/api/v1/tags/?limit=100").json()["results"]
    [every] = [tag["issue_count"] for tag in tags if tag["slug"] == "every"]
    tagged = IssuePage.objects.filter(tagged_items__tag__slug="every").values_list("pk", flat=True)
    assert count == every == len(Oracle().seen(tagged, world.site))


@pytest.mark.parametrize("door", doors.DIGEST_LISTS)
def test_digests_are_the_public_ones(world, client, door):
    oracle = Oracle()
    text = told(ask(client, door))
    for case in world.cases.values():
        public = oracle.sees(case.digest.pk, world.site)
        assert (case.digest.title in text or f"/{case.digest.slug}/<" in text) is public, case.name


@pytest.mark.parametrize("door", doors.OF_A_DIGEST)
def test_feeds_of_a_digest_show_its_public_issues(world, client, door):
    oracle = Oracle()
    nothing = ask(client, door.format(**NOBODY))
    for case in world.cases.values():
        response = ask(client, door.format(**case.address))
        if not oracle.sees(case.parent.pk, world.site) or ("tags" in door and hidden(world, case)):
            assert same_answer(response, nothing), case.name
            continue
        assert response.status_code == 200
        assert world.shown(told(response)) == ({case.name} & world.public), case.name
        assert world.secrets_in(told(response)) == []


@pytest.mark.parametrize("door", doors.DIGESTS)
def test_hidden_digest_is_no_digest(world, client, door):
    oracle = Oracle()
    nothing = ask(client, door.format(**NOBODY))
    for case in world.cases.values():
        response = ask(client, door.format(**case.address))
        if oracle.sees(case.parent.pk, world.site):
            assert response.status_code == 200
        else:
            assert same_answer(response, nothing), case.name


@pytest.mark.parametrize("door", doors.DETAILS)
@pytest.mark.parametrize("accept", ["application/json", "text/markdown"])
def test_detail_of_a_hidden_issue_is_that_of_none(world, client, door, accept):
    nothing = ask(client, door.format(**NOBODY), accept=accept)
    assert nothing.status_code in (404, 406)
    for case in world.cases.values():
        response = ask(client, door.format(**case.address), accept=accept)
        if hidden(world, case):
            assert same_answer(response, nothing), case.name
        elif nothing.status_code == 404:
            assert response.status_code == 200, case.name
            mark = "story{word}" if "{story}" in door else "slug{word}"  # aliases share stories
            assert world.shown(told(response), mark) == {case.name}
            assert world.secrets_in(told(response)) == []


@pytest.mark.parametrize("door", doors.FILTERED)
def test_tags_and_words_of_a_hidden_issue_are_nobodys(world, client, door):
    nothing = ask(client, door.format(**NOBODY))
    for case in world.cases.values():
        response = ask(client, door.format(**case.address))
        if hidden(world, case):
            assert same_answer(response, nothing, case.word, NOBODY["word"]), case.name
        else:
            assert response.status_code == 200
            assert not same_answer(response, nothing, case.word, NOBODY["word"]), case.name


@pytest.mark.parametrize("path", ["{path}", "/in-{number}/digest-{number}/"])
def test_readers_pages_tell_nothing_of_the_hidden(world, client, path):
    for number, case in enumerate(world.cases.values()):
        response = ask(client, path.format(number=number, **case.address))
        assert response.status_code in (200, 302, 404)  # Wagtail asks for a password or a login
        text = response.content.decode()
        assert world.secrets_in(text.replace(f"/slug{case.word}/", "")) == [], case.name
        if "path" in path and not hidden(world, case):
            assert f"title{case.word}" in text


def test_latest_issue_is_a_public_one(world, client):
    assert ask(client, "/api/v1/issues/latest/?tag=every").json()["id"] in {
        world.cases[name].issue.pk for name in world.public
    }


def test_neighbours_are_public(world, client):
    oracle = Oracle()
    for name in world.public:
        case = world.cases[name]
        found = ask(client, f"/api/v1/issues/{case.issue.pk}/").json()
        beside = case.neighbour if oracle.sees(case.neighbour.pk) else None
        beside = beside if case.parent.pk == case.digest.pk else None
        assert (found["previous"] and found["previous"]["id"]) == (beside and beside.pk), name
        assert found["next"] is None
        text = ask(client, case.address["path"]).content.decode()
        assert (f"beside-{case.digest.slug.split('-')[1]}/" in text) is bool(beside), name


def hidden(world, case):
    return case.name in world.hidden
