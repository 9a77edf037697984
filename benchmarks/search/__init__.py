"""Benchmarks of readers' search in comparison with Wagtail's: `make bench-search`."""
