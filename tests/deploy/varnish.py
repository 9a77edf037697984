"""Run Varnish as documented, in front of a site."""

from pathlib import Path

import pytest

from tests.deploy.conftest import DEPLOY, Proxy, free_port, program

BINARY = program("varnishd")
is_needed = pytest.mark.skipif(BINARY is None, reason="varnishd is not installed")


def start(site_port: int, folder: Path) -> Proxy:
    """Start Varnish as documented, with another port of the site."""
    port = free_port()
    written = (DEPLOY / "varnish.vcl").read_text(encoding="utf-8")
    vcl = folder / "site.vcl"
    vcl.write_text(written.replace('.port = "8000"', f'.port = "{site_port}"'), encoding="utf-8")
    command = [str(BINARY), "-F", "-j", "none", "-n", str(folder / "v"), "-f", str(vcl)]
    return Proxy(
        [*command, "-a", f"127.0.0.1:{port}", "-s", "malloc,32m", "-T", "none"], port, folder
    )
