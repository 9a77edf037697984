from functools import partial

from django.apps import AppConfig, apps
from django.core.management import call_command


class HomeConfig(AppConfig):
    name = "home"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from digest.registry import DAY, Job, registry

        registry.jobs.append(Job("clear_sessions", partial(call_command, "clearsessions"), DAY))
        if apps.is_installed("django_tasks_db"):
            prune = partial(call_command, "prune_db_task_results", verbosity=0)
            registry.jobs.append(Job("prune_tasks", prune, DAY))
