"""Benchmarks of this API in comparison with Wagtail's own: `make bench`.

docs/explanation/speed.md explains what is measured, and why.
"""
