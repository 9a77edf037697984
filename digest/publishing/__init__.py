"""Publish, unpublish, schedule and recover pages.

``publish.py`` has what every way of publishing goes through, ``scheduling.py`` what is due,
``recovery.py`` what a crash left incomplete, ``roles.py`` the groups and their review.
"""
