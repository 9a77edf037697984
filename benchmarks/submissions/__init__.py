"""Benchmarks of submissions, beside the limits that each has to keep."""
