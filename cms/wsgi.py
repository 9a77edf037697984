"""The WSGI callable ``application``; the default settings are those of production."""

import gc
import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")

CHARSET = re.compile(r"(?i);\s*charset\*?\d*\*?\s*=[^;]*")

django_application = get_wsgi_application()

# A garbage collection writes to each object that it looks at, so workers would no longer share the
# memory of the objects that gunicorn's main process has loaded for them (--preload).
gc.collect()
gc.freeze()


def application(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
    """Call Django without the charset of the Content-Type: all requests are UTF-8.

    Django decodes the query string with that charset before it catches errors, and accepts any
    codec of Python. One that does not decode to text, such as bz2, would crash outside of every
    handler.
    """
    if content_type := environ.get("CONTENT_TYPE"):
        environ["CONTENT_TYPE"] = CHARSET.sub("", content_type)
    return django_application(environ, start_response)
