"""Show drafts, on a frontend or on the built-in page.

``frontend.py`` redirects Wagtail's previews to a frontend with a token (``tokens.py``); the
frontend reads the draft (``drafts.py``) from ``digest.api.preview``. ``views.py`` has the built-in
page; ``field_map.py`` relates JSON fields to fields of the editor.
"""
