"""Redirect Wagtail's previews to a frontend, with a token for the draft.

The frontend requests the draft (``drafts.py``) from ``digest.api.preview``.
"""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.cache import patch_cache_control

from digest.pages.public_urls import preview_pattern
from digest.previews.tokens import (
    HEADERS,
    PreviewToken,
    create_token,
    derive_token,
    hash_token,
    new_nonce,
)

# Minimum remaining lifetime of a token that is used for a redirect.
MIN_LIFETIME = timedelta(minutes=10)
SESSION_KEY, MAX_IN_SESSION = "digest_previews", 20


class PreviewMixin:
    """Show previews of a page on the frontend configured in ``DIGEST_PREVIEW_URLS``."""

    def make_preview_request(
        self,
        original_request: HttpRequest | None = None,
        preview_mode: str | None = None,
        extra_request_attrs: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Pass the revision ID to ``serve_preview`` as an attribute of the request."""
        # Wagtail has it only in the URL, or for workflow tasks in ``extra_request_attrs``.
        match = getattr(original_request, "resolver_match", None)
        revision = match.kwargs.get("revision_id") if match else None
        attributes = {"revision_id": revision} if revision else {}
        attributes |= extra_request_attrs or {}
        return super().make_preview_request(original_request, preview_mode, attributes)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Redirect to the frontend with a token.

        Render the built-in page if there is no frontend, or in a preview mode added by the site.
        """
        pattern = preview_pattern(self)
        is_default = mode_name == self.default_preview_mode
        binding = _binding(self, request) if pattern and is_default else None
        if binding is None:
            return super().serve_preview(request, mode_name)
        token = _session_token(request, **binding)
        response = HttpResponseRedirect(pattern.replace("{token}", token))
        response["Referrer-Policy"] = HEADERS["Referrer-Policy"]
        patch_cache_control(response, private=True, no_store=True)
        return response


def _binding(page: Any, request: HttpRequest) -> dict[str, Any] | None:
    """Return the arguments of ``create_token``; None if the request cannot get a token."""
    user = getattr(request, "user", None)
    if page.alias_of_id or not (user and user.is_authenticated and hasattr(request, "session")):
        return None
    if not getattr(request, "is_editing", False):
        revision = getattr(request, "revision_id", None) or page.latest_revision_id
        return {"page": page, "revision_id": revision}
    if page.pk:
        return {"page": page, "is_buffer": True}
    return {"page": page.get_parent(), "is_buffer": True, "is_new_page": True}


def _session_token(request: HttpRequest, page: Any, **binding: Any) -> str:
    """Return the session's token for this draft, or create one and store its nonce."""
    nonces = request.session.get(SESSION_KEY, {})
    name = f"{page.pk} {sorted(binding.items())}"
    nonce = nonces.get(name)
    if nonce and _is_valid(derive_token(nonce), request.user):
        return derive_token(nonce)
    nonce = new_nonce()
    nonces = {key: nonces[key] for key in nonces if key != name} | {name: nonce}
    request.session[SESSION_KEY] = dict(list(nonces.items())[-MAX_IN_SESSION:])
    return create_token(page, request.user, nonce=nonce, **binding)


def _is_valid(token: str, user: Any) -> bool:
    later = timezone.now() + MIN_LIFETIME
    found = PreviewToken.objects.usable().filter(token_hash=hash_token(token), expires_at__gt=later)
    return found.filter(user=user).exists()
