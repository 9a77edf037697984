"""Check issues against the rules of their digest while they are being written.

``rules.py`` lists the rules: functions that take an ``IssueText`` and yield findings. A finding
blocks publishing only if the digest requires its rule (``settings.py``).
"""
