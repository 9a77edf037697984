"""The jobs of the site: the clean-up commands of Django and django-tasks."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.utils import timezone

from digest.registry import registry


@pytest.mark.django_db
def test_expired_sessions_are_deleted():
    for days in (-1, 1):
        expires = timezone.now() + timedelta(days=days)
        Session.objects.create(session_key=f"key{days}", expire_date=expires)
    [job] = [job for job in registry.jobs if job.name == "clear_sessions"]
    job.run()
    assert [session.pk for session in Session.objects.all()] == ["key1"]


@pytest.mark.parametrize(("in_database", "names"), [(True, ["prune_tasks"]), (False, [])])
def test_task_results_are_pruned_if_they_are_in_the_database(monkeypatch, in_database, names):
    monkeypatch.setattr(registry, "jobs", [])
    monkeypatch.setattr(apps, "is_installed", {"django_tasks_db": in_database}.get)
    apps.get_app_config("home").ready()
    assert [job.name for job in registry.jobs] == ["clear_sessions", *names]
