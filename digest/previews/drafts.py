"""What a token of a preview opens: an issue as a draft has it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from wagtail.models import Site

from digest import visibility
from digest.blocks.stored import give_ids
from digest.pages.page_models import get_digest_page_model, get_issue_page_model
from digest.pages.stories import plain_text, tolerate_broken_body
from digest.previews.tokens import PreviewToken, find


def open_draft(token_hash: str, site: Site | None) -> Any | None:
    """The issue that a token opens on a site; None for whatever reason there is none."""
    token = find(token_hash)
    draft = token and _read(token)
    if not isinstance(draft, get_issue_page_model()) or draft.alias_of_id:
        return None
    if not visibility.may_preview_on(draft, site):
        return None
    token.note_use()
    return _completed(draft)


def _read(token: PreviewToken) -> Any | None:
    if token.is_buffer:
        return _buffered(token)
    page = token.page.specific
    if not _may_see_drafts(token.user, page):
        return None
    if token.content is not None:
        return page.with_content_json(token.content)
    return token.revision.as_object() if token.revision else page


def _may_see_drafts(user: Any, page: Any) -> bool:
    """Whether the maker of a token still is somebody whom Wagtail shows drafts of a page."""
    may = page.permissions_for_user(user)
    return may.can_edit() or may.can_publish()


def _buffered(token: PreviewToken) -> Any | None:
    """What the maker of a token has in the form now, read by Wagtail's own view of the preview: it
    asks whether the user may edit the page, and knows what an unfinished form is."""
    from wagtail.admin.views.pages.preview import PreviewOnCreateView, PreviewOnEditView

    request = HttpRequest()
    request.method, request.user = "GET", token.user
    view = PreviewOnCreateView() if token.is_new_page else PreviewOnEditView()
    try:
        view.setup(request, **_place(token))
    except (Http404, PermissionDenied):
        return None
    state = view.get_form_state_queryset().first()
    form = state and view.get_form(QueryDict(state.data))
    if form is None or not view.validate_form(form):
        return None
    form.save(commit=False)
    return form.instance


def _place(token: PreviewToken) -> dict[str, Any]:
    if not token.is_new_page:
        return {"page_id": token.page_id}
    model = get_issue_page_model()._meta
    return {
        "content_type_app_name": model.app_label,
        "content_type_model_name": model.model_name,
        "parent_page_id": token.page_id,
    }


def _completed(draft: Any) -> Any:
    """Add what only a saved issue has, and its digest, which may be a draft itself."""
    draft.date = draft.date or timezone.localdate()
    give_ids(draft.body)
    with tolerate_broken_body(draft):
        draft.word_count = len(plain_text(draft.body.stream_block, draft.body).split())
    parent = draft.get_parent().specific
    draft.digest = parent if isinstance(parent, get_digest_page_model()) else None
    return draft
