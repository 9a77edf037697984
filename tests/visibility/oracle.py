"""A second implementation of who may see what, in plain Python, to test every endpoint against.

It does not use ``digest.visibility``, so that it does not repeat its mistakes.
"""

from django.conf import settings
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction, Site


class Oracle:
    """Read the database once; ``sees`` returns whether a page is public."""

    def __init__(self):
        self.now = timezone.now()
        self.pages = {page["id"]: page for page in Page.objects.values()}
        self.by_path = {page["path"]: page for page in self.pages.values()}
        rows = PageViewRestriction.objects.values_list("page_id", "restriction_type")
        self.restricted = {page for page, kind in rows if kind != "none"}
        self.sites = dict(Site.objects.values_list("pk", "root_page_id"))

    def sees(self, pk, site=None):
        """Return whether an anonymous reader sees a page, on one site or on any."""
        page = self.pages.get(pk)
        if page is None or not page["live"] or page["depth"] < 2:
            return False
        if page["expire_at"] is not None and page["expire_at"] <= self.now:
            return False
        roots = [self.sites[site.pk]] if site else self.sites.values()
        within = any(self._is_within(page, self.pages[root]) for root in roots)
        return within and not self._guards(page) & self.restricted

    def seen(self, pks, site=None):
        """Return the pages that an anonymous reader sees."""
        return {pk for pk in pks if self.sees(pk, site)}

    def _is_within(self, page, root):
        roots = [root]
        if getattr(settings, "WAGTAIL_I18N_ENABLED", False):
            key = root["translation_key"]
            roots = [other for other in self.pages.values() if other["translation_key"] == key]
        return any(page["path"].startswith(other["path"]) for other in roots)

    def _guards(self, page):
        steps = range(4, len(page["path"]) + 1, 4)
        return {self._source(self.by_path[page["path"][:step]])["id"] for step in steps}

    def _source(self, page):
        while page["alias_of_id"] is not None:
            page = self.pages[page["alias_of_id"]]
        return page
