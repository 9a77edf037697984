"""The checklist: where an issue slips from the form of its digest, while it is being written.

Rules are in ``rules.py``, each a small function over what ``reading.py`` makes of an issue. What
they find never blocks, unless the digest requires a rule for publishing (``settings.py``).
"""
