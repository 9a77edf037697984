"""Digests for Wagtail: composed as blocks, served as typed JSON, feeds and pages."""

__version__ = "0.1.0"
