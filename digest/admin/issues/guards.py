"""Keeps what is invalid from being published in bulk, and taken slugs from being taken again."""

from collections.abc import Iterable
from typing import Any

import swapper
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin import messages

from digest.pages.page_models import get_digest_page_model
from digest.pages.slugs import digest_slug_error
from digest.publishing.validation import PublishingMixin


@hooks.register("before_bulk_action")
def refuse_to_publish_invalid_pages(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    """Bulk publishing skips the editor's form; tell what is wrong in place of a server error."""
    if action_type != "publish":
        return None
    below = action.get_execution_context().get("include_descendants")
    pages = [page for selected in objects for page in _pages(selected, below)]
    errors = [error for page in pages for error in _errors(page)]
    for error in errors:
        messages.error(request, error)
    return redirect(action.next_url) if errors else None


def _pages(page: Any, below: bool) -> list[Any]:
    drafts = page.get_descendants().not_live().specific() if below else []
    return [page for page in (page.specific, *drafts) if isinstance(page, PublishingMixin)]


def _errors(page: Any) -> list[str]:
    try:
        page.get_latest_revision_as_object().clean_for_publishing()
    except ValidationError as error:
        return [f"{page.get_admin_display_title()}: {message}" for message in error.messages]
    return []


@hooks.register("before_copy_page")
def refuse_to_copy_to_a_taken_slug(request: HttpRequest, page: Any) -> HttpResponse | None:
    """A copy (or an alias) of a digest, or of what is above one, needs slugs of its own."""
    target = request.POST.get("new_parent_page", "")
    parent = _page_model().objects.filter(pk=target).first() if target.isdecimal() else None
    if parent is None:
        return None
    digests = (
        _digests_in(page) if "copy_subpages" in request.POST else _digests_in(page, below=False)
    )
    slugs = [
        (digest, request.POST.get("new_slug", "") if digest.pk == page.pk else digest.slug)
        for digest in digests
    ]
    refusals = _refusals(slugs, parent, set())
    return _refuse(request, refusals, "wagtailadmin_pages:copy", page.pk)


@hooks.register("before_move_page")
def refuse_to_move_to_a_taken_slug(
    request: HttpRequest, page: Any, destination: Any
) -> HttpResponse | None:
    """A digest that moves to another site may find its slug taken there."""
    refusals = _refusals_to_move([page], destination)
    return _refuse(request, refusals, "wagtailadmin_pages:move", page.pk)


@hooks.register("before_bulk_action")
def refuse_to_move_many_to_a_taken_slug(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    """The same for several pages at once."""
    if action_type != "move" or not action.cleaned_form:
        return None
    destination = action.cleaned_form.cleaned_data.get("chooser")
    refusals = _refusals_to_move(objects, destination) if destination else []
    return _refuse(request, refusals, action.next_url)


def _page_model() -> Any:
    return swapper.load_model("wagtailcore", "Page")


def _digests_in(page: Any, below: bool = True) -> Iterable[Any]:
    digests = get_digest_page_model().objects
    return digests.descendant_of(page, inclusive=True) if below else digests.filter(pk=page.pk)


def _refusals_to_move(pages: Iterable[Any], destination: Any) -> list[str]:
    digests = [digest for page in pages for digest in _digests_in(page)]
    moved = {digest.pk for digest in digests}
    return _refusals([(digest, digest.slug) for digest in digests], destination, moved)


def _refusals(slugs: Iterable[tuple[Any, str]], parent: Any, besides: set[int]) -> list[str]:
    everyone = get_digest_page_model().objects.all()
    refusals = (
        digest_slug_error(everyone, slug, digest.locale_id, parent, besides)
        for digest, slug in slugs
    )
    return [refusal for refusal in refusals if refusal]


def _refuse(request: HttpRequest, refusals: list[str], *back: Any) -> HttpResponse | None:
    for refusal in refusals:
        messages.error(request, refusal)
    return redirect(*back) if refusals else None
