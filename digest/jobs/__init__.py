"""Jobs: work that ``manage.py run_jobs`` repeats, as apps register it in ``digest.registry``."""
