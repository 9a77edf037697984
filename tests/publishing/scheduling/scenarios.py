"""Scenarios of the crash tests: pages, an action on them, and their state; with real commits."""

import itertools
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django_tasks_db.models import DBTaskResult
from wagtail.log_actions import registry
from wagtail.models import Page, Site

from digest import visibility
from home.models import HomePage
from tests.builders import body, make_digest, make_image, make_issue, story
from tests.publishing.scheduling.models import Notice
from tests.publishing.scheduling.schedules import ago, make_due, schedule

NUMBERS = itertools.count(1)


def command() -> None:
    call_command("publish_scheduled")


class Scenario:
    """Create pages and snippets, and the ``action`` on them that a crash interrupts."""

    def __init__(self, name: str) -> None:
        self.pages: list[Any] = []
        self.new: Any = None
        home = Site.objects.get(is_default_site=True).root_page
        self.digest = make_digest(home, f"scenario-{next(NUMBERS)}")
        kind, _, done = name.partition("_")
        self.action: Callable[[], None] = getattr(self, done)(kind) if done else self.command()

    def live(self, kind: str) -> Any:
        """Create a live issue or home page with an alias, or a live snippet."""
        if kind == "issue":
            page = make_issue(self.digest, len(self.pages) + 1, title="As it was")
        elif kind == "page":
            page = self.digest.add_child(instance=HomePage(title="As it was", live=False))
        else:
            page = Notice.objects.create(title="As it was", live=False)
        page.save_revision().publish()
        page.refresh_from_db()
        self.pages.append(page)
        if kind != "snippet":
            slug = f"alias-{len(self.pages)}"
            self.pages.append(page.create_alias(parent=self.digest, update_slug=slug))
        return page

    def command(self) -> Callable[[], None]:
        """Return the command, due to unpublish expired objects and publish changes and an issue."""
        make_due(schedule(self.live("issue")), minutes=20)
        make_due(schedule(self.live("snippet")), minutes=15)
        for kind in ("issue", "snippet"):
            self.live(kind)
        for expired in self.pages[3:]:
            type(expired).objects.filter(pk=expired.pk).update(expire_at=ago(15))
        image = {"image": make_image().pk, "alt_text": "A", "decorative": False}
        blocks = body(story(image=image))
        self.new = make_issue(self.digest, 20, publish=False, body=blocks, image=make_image())
        make_due(schedule(self.new))
        self.pages.append(self.new)
        return command

    def published(self, kind: str) -> Callable[[], None]:
        """Return ``publish`` of a due revision, called without the command."""
        revision = schedule(self.live(kind))
        make_due(revision)
        return revision.publish

    def unpublished(self, kind: str) -> Callable[[], None]:
        """Return ``unpublish`` of an object with a change that is scheduled for later."""
        page = self.live(kind)
        schedule(page)
        return fresh(page).unpublish

    def shown(self) -> list[str]:
        """Return the pages that are public."""
        pks = [page.pk for page in self.pages if isinstance(page, Page)]
        shown = visibility.public(Page.objects.filter(pk__in=pks)).order_by("pk")
        return [f"{pks.index(page.pk)} {page.title}" for page in shown]

    def has_matching_task(self) -> bool:
        """Return whether the queue has the new issue's task if and only if the issue is live."""
        path = "digest.tasks.create_page_renditions"
        queued = DBTaskResult.objects.filter(task_path=path).values_list("args_kwargs", flat=True)
        new = self.new and [self.new.pk]
        return (new in [task["args"] for task in queued]) == bool(self.new and fresh(self.new).live)

    def state(self) -> list[list[Any]]:
        return [state_of(fresh(page)) for page in self.pages]


def fresh(page: Any) -> Any:
    """Reload a page or a snippet from the database."""
    return type(page).objects.get(pk=page.pk)


def state_of(page: Any) -> list[Any]:
    """Return the publishing state of an object, ending with how often it was published."""
    logs = registry.get_logs_for_instance(page).filter(action__startswith="wagtail.publish")
    times = logs.exclude(action="wagtail.publish.schedule").count()
    is_latest = bool(page.live_revision_id) and page.live_revision_id == page.latest_revision_id
    approved = page.revisions.filter(approved_go_live_at__isnull=False).count()
    return [page.title, page.live, page.expired, is_latest, approved, times]
