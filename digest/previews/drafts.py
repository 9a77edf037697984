"""Load the draft that a preview token gives access to."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from wagtail.models import Site

from digest import visibility
from digest.blocks.stored import give_ids
from digest.pages.bodies import tolerate_broken_body
from digest.pages.page_models import get_digest_page_model, get_issue_page_model
from digest.pages.provenance import set_draft_provenance
from digest.pages.stories import reading_line
from digest.pages.time_zones import today_in
from digest.previews.tokens import PreviewToken, find_token


def open_draft(token_hash: str, site: Site | None) -> Any | None:
    """Return the draft of a token on a site; None if the token gives no access, for any reason."""
    token = find_token(token_hash)
    draft = token and _read(token)
    if not isinstance(draft, get_issue_page_model()) or draft.alias_of_id:
        return None
    if not visibility.may_preview_on(draft, site):
        return None
    token.record_use()
    return _complete(draft)


def _read(token: PreviewToken) -> Any | None:
    if token.is_buffer:
        return _read_form_state(token)
    page = token.page.specific
    if not _can_see_drafts(token.user, page):
        return None
    if token.content is not None:
        return page.with_content_json(token.content)
    return token.revision.as_object() if token.revision else page


def _can_see_drafts(user: Any, page: Any) -> bool:
    permissions = page.permissions_for_user(user)
    return permissions.can_edit() or permissions.can_publish()


def _read_form_state(token: PreviewToken) -> Any | None:
    """Return the page with the values of the user's form; None if there are none.

    Wagtail's preview views check the permission to edit, and accept incomplete forms.
    """
    from wagtail.admin.views.pages.preview import PreviewOnCreateView, PreviewOnEditView

    request = HttpRequest()
    request.method, request.user = "GET", token.user
    view = PreviewOnCreateView() if token.is_new_page else PreviewOnEditView()
    try:
        view.setup(request, **_view_kwargs(token))
    except (Http404, PermissionDenied):
        return None
    state = view.get_form_state_queryset().first()
    form = state and view.get_form(QueryDict(state.data))
    if form is None or not view.validate_form(form):
        return None
    form.save(commit=False)
    return form.instance


def _view_kwargs(token: PreviewToken) -> dict[str, Any]:
    if not token.is_new_page:
        return {"page_id": token.page_id}
    model = get_issue_page_model()._meta
    return {
        "content_type_app_name": model.app_label,
        "content_type_model_name": model.model_name,
        "parent_page_id": token.page_id,
    }


def _complete(draft: Any) -> Any:
    """Set the values that saving would set, and the digest, which may be a draft itself."""
    draft.date = draft.date or today_in(draft)
    give_ids(draft.body)
    with tolerate_broken_body(draft):
        draft.word_count = len(reading_line(draft.body.stream_block, draft.body).split())
    parent = draft.get_parent().specific
    draft.digest = parent if isinstance(parent, get_digest_page_model()) else None
    set_draft_provenance(draft)
    return draft
