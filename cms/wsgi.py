"""The WSGI callable `application`: public settings, unless DJANGO_SETTINGS_MODULE names others."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")

django_application = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
    """Django's, without a charset that is not UTF-8: nothing here is sent or asked in another.

    Django decodes the query with it before it catches errors, and takes any of Python's codecs:
    one that is none of texts, such as bz2, would be a crash outside every handler.
    """
    content_type = environ.get("CONTENT_TYPE", "")
    if "charset" in content_type.lower() and "utf-8" not in content_type.lower():
        environ["CONTENT_TYPE"] = content_type.partition(";")[0]
    return django_application(environ, start_response)
