"""Benchmarks of the site under a production server: `make bench-server`."""
