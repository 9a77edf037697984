"""Benchmarks of the newsletter, beside what each step costs at least."""
