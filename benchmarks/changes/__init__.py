"""Benchmarks of the feed of changes: `make bench-changes`."""
