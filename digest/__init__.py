"""Digests for Wagtail: composed as blocks, served as typed JSON, feeds and pages."""
