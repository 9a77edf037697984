"""The way from the editor's preview to a frontend, with a token of the draft."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.cache import patch_cache_control

from digest.pages.public_urls import preview_pattern
from digest.previews.tokens import HEADERS, PreviewToken, derived, hashed, make, new_nonce

# A token that the editor's browser is sent on with is good for at least so long.
RENEWED_BEFORE = timedelta(minutes=10)
SESSION_KEY, MAX_IN_SESSION = "digest_previews", 20


class PreviewMixin:
    """Shows the previews of a page on the frontend that ``DIGEST_PREVIEW_URLS`` names for it."""

    def make_preview_request(
        self,
        original_request: HttpRequest | None = None,
        preview_mode: str | None = None,
        extra_request_attrs: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Let ``serve_preview`` know which revision it is of; Wagtail tells only its number in the
        address, or in an attribute where a task of a workflow asks."""
        match = getattr(original_request, "resolver_match", None)
        revision = match.kwargs.get("revision_id") if match else None
        attributes = {"revision_id": revision} if revision else {}
        attributes |= extra_request_attrs or {}
        return super().make_preview_request(original_request, preview_mode, attributes)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Lead to the frontend with a token; without one, or in a mode that the site has added,
        preview the built-in page."""
        pattern = preview_pattern(self)
        usual = mode_name == self.default_preview_mode
        binding = _binding(self, request) if pattern and usual else None
        if binding is None:
            return super().serve_preview(request, mode_name)
        token = _kept_token(request, **binding)
        response = HttpResponseRedirect(pattern.replace("{token}", token))
        response["Referrer-Policy"] = HEADERS["Referrer-Policy"]
        patch_cache_control(response, private=True, no_store=True)
        return response


def _binding(page: Any, request: HttpRequest) -> dict[str, Any] | None:
    """What a preview of a page is of, for ``make``; None for what no token can be made for."""
    user = getattr(request, "user", None)
    if page.alias_of_id or not (user and user.is_authenticated and hasattr(request, "session")):
        return None
    if not getattr(request, "is_editing", False):
        revision = getattr(request, "revision_id", None) or page.latest_revision_id
        return {"page": page, "revision_id": revision}
    if page.pk:
        return {"page": page, "is_buffer": True}
    return {"page": page.get_parent(), "is_buffer": True, "is_new_page": True}


def _kept_token(request: HttpRequest, page: Any, **binding: Any) -> str:
    """The token that the session has the nonce of for this draft, or a new one: one for each draft
    that is being written, and not one for each word."""
    kept = request.session.get(SESSION_KEY, {})
    name = f"{page.pk} {sorted(binding.items())}"
    nonce = kept.get(name)
    if nonce and _is_good(derived(nonce), request.user):
        return derived(nonce)
    nonce = new_nonce()
    kept = {key: kept[key] for key in kept if key != name} | {name: nonce}
    request.session[SESSION_KEY] = dict(list(kept.items())[-MAX_IN_SESSION:])
    return make(page, request.user, nonce=nonce, **binding)


def _is_good(token: str, user: Any) -> bool:
    later = timezone.now() + RENEWED_BEFORE
    found = PreviewToken.objects.usable().filter(token_hash=hashed(token), expires_at__gt=later)
    return found.filter(user=user).exists()
