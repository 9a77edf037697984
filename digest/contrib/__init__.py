"""Optional Django apps: a new capability, such as sending issues by e-mail, becomes one.

An app adds itself in ``ready()``: its ``signal_handlers``, and what ``digest.registry`` has places
for. The core names none of them.
"""
