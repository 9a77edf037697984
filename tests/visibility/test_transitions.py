"""Whatever happens to a site, every door shows exactly what the plain oracle says, at once."""

import re

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from wagtail.models import CollectionViewRestriction, Page

from digest.models import DigestPage
from tests.visibility.answers import ask, same_answer
from tests.visibility.oracle import Oracle
from tests.visibility.transitions import Transitions
from tests.visibility.world import NOBODY

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EXAMPLES, STEPS = 6, 14


class Doors(Transitions):
    """After each step, what the doors show is compared with the oracle."""

    @invariant()
    def doors_show_what_is_public(self):
        if not hasattr(self, "site"):
            return
        self.client, oracle = self.reader(), Oracle()
        issues = {page.pk: page for page in self.all_issues()}
        seen = oracle.seen(issues, self.site)
        found = self.get("/api/v1/issues/?limit=100&count=true&include=body")
        assert {issue["id"] for issue in found["results"]} == seen
        assert found["count"] == len(seen)
        assert "nsaid" not in str(found)
        self.images_are(found["results"])
        self.tags_are([issues[pk] for pk in seen])
        self.stories_are(seen)
        self.sitemap_is(oracle.seen(oracle.pages, self.site))
        self.feeds_are(oracle, seen)
        self.details_are(issues, seen)

    def reader(self):
        """Who asks the doors."""
        return Client()

    def get(self, path):
        response = ask(self.client, path)
        assert response.status_code == 200, path
        return response.json()

    def images_are(self, shown):
        private = CollectionViewRestriction.objects.exists()
        assert all((issue["image"] is None) is private for issue in shown)

    def tags_are(self, seen):
        counted = {}
        for issue in seen:
            for tag in issue.tags.all():
                counted[tag.slug] = counted.get(tag.slug, 0) + 1
        found = self.get("/api/v1/tags/?limit=100&count=true")
        assert {tag["slug"]: tag["issue_count"] for tag in found["results"]} == counted
        assert found["count"] == len(counted)

    def stories_are(self, seen):
        found = self.get("/api/v1/stories/?limit=100&count=true")
        assert sorted(story["issue"]["id"] for story in found["results"]) == sorted(seen)
        assert found["count"] == len(seen)

    def sitemap_is(self, seen):
        text = ask(self.client, "/sitemap.xml").content.decode()
        urls = {page.full_url for page in Page.objects.filter(pk__in=seen)}
        assert set(re.findall("<loc>(.*?)</loc>", text)) == urls

    def feeds_are(self, oracle, seen):
        digests = list(DigestPage.objects.order_by("pk"))
        shown = [digest for digest in digests if oracle.sees(digest.pk, self.site)]
        # Where several languages have one slug, that of the site's front page comes first.
        shown.sort(key=lambda digest: digest.locale_id != self.site.root_page.locale_id)
        for slug in {digest.slug for digest in digests}:
            response = ask(self.client, f"/feeds/{slug}/feed.json")
            digest = next((digest for digest in shown if digest.slug == slug), None)
            if digest is None:
                assert same_answer(response, ask(self.client, "/feeds/nobodys/feed.json"))
                continue
            below = seen & {page.pk for page in digest.get_children()}
            items = [item["url"] for item in response.json()["items"]]
            assert sorted(items) == sorted(Page.objects.get(pk=pk).full_url for pk in below)

    def details_are(self, issues, seen):
        nothing = ask(self.client, f"/api/v1/issues/{NOBODY['pk']}/?fields=previous,next")
        details = {}
        for pk in issues:
            response = ask(self.client, f"/api/v1/issues/{pk}/?fields=previous,next")
            if pk in seen:
                assert response.status_code == 200
                details[pk] = response.json()
            else:
                assert same_answer(response, nothing)
        self.neighbours_are([issues[pk] for pk in seen], details)
        self.paths_are({pk: path_of(issue) for pk, issue in issues.items()}, seen)

    def paths_are(self, paths, seen):
        """At a path is one of the public issues that have it, or a redirect to one, or nothing."""
        urls = {Page.objects.get(pk=pk).full_url for pk in seen}
        for path in set(paths.values()):
            answer = ask(self.client, f"/api/v1/pages/?path={path}").json()
            there = {pk for pk in seen if paths[pk] == path}
            if there:
                assert answer["id"] in there
            elif answer.get("type") == "redirect":
                assert answer["location"] in urls
            else:
                assert answer["status"] == 404

    def neighbours_are(self, seen, details):
        for parent in {issue.path[:-4] for issue in seen}:
            family = [issue for issue in seen if issue.path[:-4] == parent]
            family.sort(key=lambda issue: (issue.date, issue.pk))
            pks = [None, *(issue.pk for issue in family), None]
            for before, pk, after in zip(pks, pks[1:], pks[2:], strict=False):
                found = details[pk]
                assert (found["previous"] and found["previous"]["id"]) == before
                assert (found["next"] and found["next"]["id"]) == after


def path_of(issue):
    parts = issue.get_url_parts()
    return parts[2] if parts else f"/nowhere/{issue.slug}/"


def one_way(examples, steps):
    """Settings for so many examples of so many steps, the same ones each time."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # to find the shortest way to a mistake takes minutes
    )


def test_every_door_follows_every_change(db):
    run_state_machine_as_test(Doors, settings=one_way(EXAMPLES, STEPS))
