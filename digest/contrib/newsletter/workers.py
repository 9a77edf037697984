"""Chains of tasks by which the workers of a task queue share a mailing.

The rows of the mails are the queue; a task only has a worker look at them. Each sends one claim and
enqueues the next. The minute job starts the chains, also in place of those whose worker was killed.
"""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from digest.contrib.newsletter import progress
from digest.contrib.newsletter.conf import conf
from digest.tasks import has_database_queue

QUEUE = "mail"
# A task takes half a minute, and as long as the mail server needs for one mail.
LOST_AFTER = timedelta(minutes=10)
# Without a worker for the queue, tasks wait for ever.
IGNORED_AFTER = timedelta(minutes=2)


def send_in_workers(task: Any) -> bool:
    """Return whether workers run the tasks of the queue; otherwise this process has to send."""
    queues = task.get_backend().queues
    if not has_database_queue(task) or (queues and QUEUE not in queues):
        return False
    return not _waiting(task).filter(enqueued_at__lt=timezone.now() - IGNORED_AFTER).exists()


@transaction.atomic
def start_chains(task: Any) -> None:
    """Enqueue the tasks that are missing while a mailing is being sent."""
    if progress.being_sent().exists():
        chains = _waiting(task).count() + _running(task).count()
        for _number in range(conf.NEWSLETTER_WORKERS - chains):
            enqueue(task)


def continue_chain(task: Any) -> None:
    """Enqueue the next task of a chain, from within one, unless there are too many chains."""
    if _waiting(task).count() + _running(task).count() <= conf.NEWSLETTER_WORKERS:
        enqueue(task)


def enqueue(task: Any) -> None:
    task.using(queue_name=QUEUE).enqueue()


def _waiting(task: Any) -> QuerySet:
    return _rows(task).filter(status="READY")


def _running(task: Any) -> QuerySet:
    """Return the tasks that a worker may run now; those of a killed one stay in this state."""
    since = timezone.now() - LOST_AFTER
    return _rows(task).filter(status="RUNNING", started_at__gt=since)


def _rows(task: Any) -> QuerySet:
    # django-tasks-db is installed if its backend is in use.
    results = apps.get_model("django_tasks_database", "DBTaskResult").objects
    return results.filter(queue_name=QUEUE, task_path=task.module_path)
