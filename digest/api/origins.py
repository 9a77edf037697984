"""The origins whose scripts and forms may send requests that change something."""

import re
from collections.abc import Collection

from django.conf import settings
from wagtail.models import Site

from digest.conf import conf
from digest.pages.public_urls import origin as origin_of

LOCALHOST = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")


def is_allowed(origin: str, others: Collection[str] = ()) -> bool:
    """Return whether ``origin`` is of a Wagtail site, of a frontend or in ``others``.

    With DEBUG, any port of this machine is allowed, too.
    """
    urls = [*conf.FRONTEND_URLS.values(), *others]
    return is_own(origin) or origin in {origin_of(url) for url in urls}


def is_own(origin: str) -> bool:
    """Return whether ``origin`` is of a Wagtail site; with DEBUG, also any port of this machine."""
    if settings.DEBUG and LOCALHOST.fullmatch(origin):
        return True
    return origin in {origin_of(site.root_url) for site in Site.objects.all()}
