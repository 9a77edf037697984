"""Cache public responses for one content version.

``cacheable.py`` wraps every public view; ``response_cache.py`` looks responses up and stores them;
``content_version.py`` and its ``triggers.py`` know when content changes; ``replica.py`` reads from
a replica and falls back to the primary.
"""
