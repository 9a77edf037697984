"""Requests to other servers: guarded against SSRF, polite, with canonical URLs and safe logs."""
