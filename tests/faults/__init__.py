"""What becomes of the site when a part of it fails: run by ``make faults``, not by ``make test``.

Each test starts the site as a server does, with databases and caches of its own, breaks one of
them while readers ask and editors publish, and then looks at everything that was said meanwhile.
"""
