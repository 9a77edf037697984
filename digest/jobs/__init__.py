"""Recurring jobs, which apps register in ``digest.registry`` and ``manage.py run_jobs`` runs."""
