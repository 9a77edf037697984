"""Programs that measure the site under a production server: `make bench-server`."""
