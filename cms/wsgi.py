"""The WSGI callable `application`: public settings, unless DJANGO_SETTINGS_MODULE names others."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")

CHARSET = re.compile(r"(?i);\s*charset\*?\d*\*?\s*=[^;]*")

django_application = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
    """Django's, told of no charset: nothing here is sent or asked in another than UTF-8.

    Django decodes the query with it before it catches errors, and takes any of Python's codecs:
    one that is none of texts, such as bz2, would be a crash outside every handler.
    """
    if content_type := environ.get("CONTENT_TYPE"):
        environ["CONTENT_TYPE"] = CHARSET.sub("", content_type)
    return django_application(environ, start_response)
