"""The front page of the site."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail.models import Page, Site

from digest import visibility
from digest.pages.listing import latest_first, paginate
from digest.pages.page_models import get_digest_page_model, get_issue_page_model


class HomePage(Page):
    """A page that lists the digests and their issues, newest first."""

    max_count = 1

    @visibility.snapshot()
    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the public ``digests`` and ``issues`` of this site, in this page's language.

        The first page has the newest issue as ``latest``, apart from the others.
        """
        context = super().get_context(request, *args, **kwargs)
        issues = latest_first(self._public(get_issue_page_model(), request))
        key = (type(self), self.pk, Site.find_for_request(request))
        context["digests"] = self._public(get_digest_page_model(), request)
        page = context["issues"] = paginate(issues, request.GET.get("page"), key=key)
        context["latest"] = page.object_list.pop(0) if page.number == 1 and page else None
        return context

    def _public(self, model: type[Page], request: HttpRequest) -> QuerySet:
        pages = visibility.public(model.objects.all(), Site.find_for_request(request))
        translated = getattr(settings, "WAGTAIL_I18N_ENABLED", False)
        return pages.filter(locale=self.locale_id) if translated else pages
