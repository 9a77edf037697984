"""What holds for each new key, whether of the form or of the command."""

from collections.abc import Iterable
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext

from digest.admin.access import digests_with_permission
from digest.contrib.submissions.models import ApiKey


def errors_of(name: str, user: Any, digests: Iterable[Any]) -> dict[str, str]:
    """Return what is wrong, by the name of the field."""
    errors = {}
    allowed = set(digests_with_permission(user, "add").values_list("pk", flat=True))
    if others := [digest.title for digest in digests if digest.pk not in allowed]:
        names = get_text_list(others, gettext("and"))
        message = gettext("%(user)s may not add issues to %(digests)s.")
        errors["digests"] = message % {"user": user, "digests": names}
    # So a page that shows a key, when it is loaded again, makes no second one.
    if ApiKey.objects.usable().filter(user=user, name=name).exists():
        errors["name"] = gettext("There is a valid key with this name. Use another one.")
    return errors
