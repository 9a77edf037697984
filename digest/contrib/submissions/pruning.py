"""Empty what old submissions no longer need: the daily job and ``prune_submissions``."""

from datetime import timedelta

from django.utils import timezone

from digest.contrib.submissions.conf import conf
from digest.contrib.submissions.models import Submission


def prune() -> int:
    """Empty the documents and stored responses that are past their time; return their number."""
    limit = timezone.now() - timedelta(days=conf.SUBMISSION_DAYS)
    old = Submission.objects.filter(updated_at__lt=limit).exclude(response="", document="")
    return old.update(response="", first_response="", document="")
