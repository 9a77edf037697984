"""After any change, every endpoint shows exactly what the oracle says, at once."""

import re

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from wagtail.models import CollectionViewRestriction, Page

from digest.models import DigestPage
from tests.visibility.oracle import Oracle
from tests.visibility.responses import fetch, is_same_response
from tests.visibility.scenario import NONEXISTENT
from tests.visibility.transitions import Transitions

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EXAMPLES, STEPS = 6, 14


class Endpoints(Transitions):
    """Compare the endpoints with the oracle after each step."""

    @invariant()
    def endpoints_show_what_is_public(self):
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
        """Return the client that sends the requests."""
        return Client()

    def get(self, path):
        response = fetch(self.client, path)
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
        text = fetch(self.client, "/sitemap.xml").content.decode()
        urls = {page.full_url for page in Page.objects.filter(pk__in=seen)}
        assert set(re.findall("<loc>(.*?)</loc>", text)) == urls

    def feeds_are(self, oracle, seen):
        digests = list(DigestPage.objects.order_by("pk"))
        shown = [digest for digest in digests if oracle.sees(digest.pk, self.site)]
        # Where several languages have one slug, that of the site's front page comes first.
        shown.sort(key=lambda digest: digest.locale_id != self.site.root_page.locale_id)
        for slug in {digest.slug for digest in digests}:
            response = fetch(self.client, f"/feeds/{slug}/feed.json")
            digest = next((digest for digest in shown if digest.slug == slug), None)
            if digest is None:
                assert is_same_response(response, fetch(self.client, "/feeds/nobodys/feed.json"))
                continue
            below = seen & {page.pk for page in digest.get_children()}
            items = [item["url"] for item in response.json()["items"]]
            assert sorted(items) == sorted(Page.objects.get(pk=pk).full_url for pk in below)

    def details_are(self, issues, seen):
        nothing = fetch(self.client, f"/api/v1/issues/{NONEXISTENT['pk']}/?fields=previous,next")
        details = {}
        for pk in issues:
            response = fetch(self.client, f"/api/v1/issues/{pk}/?fields=previous,next")
            if pk in seen:
                assert response.status_code == 200
                details[pk] = response.json()
            else:
                assert is_same_response(response, nothing)
        self.neighbours_are([issues[pk] for pk in seen], details)
        self.paths_are({pk: path_of(issue) for pk, issue in issues.items()}, seen)

    def paths_are(self, paths, seen):
        """Check that each path has a public issue or a redirect to one, or is not found."""
        urls = {Page.objects.get(pk=pk).full_url for pk in seen}
        for path in set(paths.values()):
            found = fetch(self.client, f"/api/v1/pages/?path={path}").json()
            there = {pk for pk in seen if paths[pk] == path}
            if there:
                assert found["id"] in there
            elif found.get("type") == "redirect":
                assert found["location"] in urls
            else:
                assert found["status"] == 404

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


def deterministic(examples, steps):
    """Return settings for deterministic examples."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # shrinking takes minutes
    )


def test_every_door_follows_every_change(db):
    run_state_machine_as_test(Endpoints, settings=deterministic(EXAMPLES, STEPS))
