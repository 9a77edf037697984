"""The WSGI application."""

import subprocess
import sys

import pytest

from tests.docs.markdown import ROOT

COUNT = "import gc, cms.wsgi; print(gc.get_freeze_count(), len(gc.get_objects()))"


@pytest.mark.slow
def test_workers_share_the_memory_of_what_was_loaded_before_they_start():
    done = subprocess.run(
        [sys.executable, "-c", COUNT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    frozen, collected = map(int, done.stdout.split())
    assert frozen > 100 * collected
