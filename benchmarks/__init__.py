"""Programs that measure this API side by side with Wagtail's own: `make bench`.

What is measured and why: docs/explanation/speed.md.
"""
