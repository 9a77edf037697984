"""Fault injection: run by ``make faults``, not by ``make test``.

Each test runs the site under gunicorn, breaks a database, Redis or a process while readers send
requests and editors publish, and then checks all responses.
"""
