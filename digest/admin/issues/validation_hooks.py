"""Hooks that validate bulk publishing, and slugs of digests on copy and move."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin import messages

from digest.conf import get_base_page_model
from digest.pages.page_models import get_digest_page_model
from digest.pages.slugs import digest_slug_error
from digest.publishing.publish import PublishingMixin


@hooks.register("before_bulk_action")
def validate_before_bulk_publish(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    """Redirect with validation errors; bulk publishing skips the form and would fail with a 500."""
    if action_type != "publish":
        return None
    with_descendants = action.get_execution_context().get("include_descendants")
    pages = [page for selected in objects for page in _pages(selected, with_descendants)]
    errors = [error for page in pages for error in _publishing_errors(page)]
    return _redirect_with_errors(request, errors, action.next_url)


def _pages(page: Any, with_descendants: bool) -> list[Any]:
    drafts = page.get_descendants().not_live().specific() if with_descendants else []
    return [page for page in (page.specific, *drafts) if isinstance(page, PublishingMixin)]


def _publishing_errors(page: Any) -> list[str]:
    try:
        page.get_latest_revision_as_object().clean_for_publishing()
    except ValidationError as error:
        return [f"{page.get_admin_display_title()}: {message}" for message in error.messages]
    return []


@hooks.register("before_copy_page")
def validate_slugs_before_copy(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Redirect with errors if a copied digest's slug is in use on the target site."""
    target = request.POST.get("new_parent_page", "")
    parent = get_base_page_model().objects.filter(pk=target).first() if target.isdecimal() else None
    if parent is None:
        return None
    digests = (
        _digests_in(page)
        if "copy_subpages" in request.POST
        else _digests_in(page, with_descendants=False)
    )
    slugs = [
        (digest, request.POST.get("new_slug", "") if digest.pk == page.pk else digest.slug)
        for digest in digests
    ]
    errors = _slug_errors(slugs, parent, set())
    return _redirect_with_errors(request, errors, "wagtailadmin_pages:copy", page.pk)


@hooks.register("before_move_page")
def validate_slugs_before_move(
    request: HttpRequest, page: Any, destination: Any
) -> HttpResponse | None:
    """Redirect with errors if a moved digest's slug is in use on the target site."""
    errors = _move_errors([page], destination)
    return _redirect_with_errors(request, errors, "wagtailadmin_pages:move", page.pk)


@hooks.register("before_bulk_action")
def validate_slugs_before_bulk_move(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    """Redirect with errors if a slug of the moved digests is in use on the target site."""
    if action_type != "move" or not action.cleaned_form:
        return None
    destination = action.cleaned_form.cleaned_data.get("chooser")
    errors = _move_errors(objects, destination) if destination else []
    return _redirect_with_errors(request, errors, action.next_url)


def _digests_in(page: Any, with_descendants: bool = True) -> Iterable[Any]:
    digests = get_digest_page_model().objects
    if with_descendants:
        return digests.descendant_of(page, inclusive=True)
    return digests.filter(pk=page.pk)


def _move_errors(pages: Iterable[Any], destination: Any) -> list[str]:
    digests = [digest for page in pages for digest in _digests_in(page)]
    moved = {digest.pk for digest in digests}
    return _slug_errors([(digest, digest.slug) for digest in digests], destination, moved)


def _slug_errors(slugs: Iterable[tuple[Any, str]], parent: Any, exclude: set[int]) -> list[str]:
    digests = get_digest_page_model().objects.all()
    errors = (
        digest_slug_error(digests, slug, digest.locale_id, parent, exclude)
        for digest, slug in slugs
    )
    return [error for error in errors if error]


def _redirect_with_errors(
    request: HttpRequest, errors: list[str], *target: Any
) -> HttpResponse | None:
    for error in errors:
        messages.error(request, error)
    return redirect(*target) if errors else None
