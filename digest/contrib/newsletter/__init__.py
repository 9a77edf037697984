"""The newsletter: readers subscribe to a digest by e-mail, confirm, and leave with one click.

An optional app. Rows are authoritative: a worker can finish any of them from the database alone.
"""
