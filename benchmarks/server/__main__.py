"""Load-test the site under gunicorn or granian and behind Varnish with wrk, and Wagtail's APIs."""

import argparse
import sys
from pathlib import Path

from benchmarks.server import serving, wrk
from benchmarks.start import number_of_issues, parser, started

MISSING = "wrk is missing: install it (Debian: apt install wrk, macOS: brew install wrk)."
CASES = ["detail", "list", "bodies", "search", "feed"]


def arguments() -> argparse.Namespace:
    found = parser("benchmarks.server", __doc__)
    add = found.add_argument
    add("--issues", type=number_of_issues, nargs="+", default=[1000], metavar="N", help="sizes")
    add("--only", nargs="+", choices=CASES, default=CASES, help="only these cases")
    add("--rounds", type=int, default=3, metavar="N", help="how often each is measured")
    add("--seconds", type=int, default=5, metavar="S", help="duration of each measurement")
    add("--connections", type=int, default=12, metavar="N", help="concurrent connections")
    add("--gzip", action="store_true", help="request compressed responses")
    add("--without-varnish", action="store_true", help="measure only the server")
    add("--cpu", action="store_true", help="measure only the CPU time under each server")
    add(
        "--before",
        type=Path,
        metavar="DIR",
        help="with --cpu: another checkout, measured in the same run",
    )
    add("--server", choices=serving.installed(), default="gunicorn", help="of the other figures")
    add(
        "--memory",
        type=int,
        metavar="N",
        help="send N requests, and measure the workers' memory instead",
    )
    options = found.parse_args()
    if options.before and (options.memory or not options.cpu):
        found.error("--before needs --cpu")
    if options.before and not (options.before / "cms/wsgi.py").is_file():
        found.error(f"{options.before} is no checkout")
    return options


def main() -> None:
    options = arguments()
    if not wrk.is_installed():
        sys.exit(MISSING)
    with started() as (directory, is_persistent):
        from benchmarks.server.run import run

        run(options, directory, is_persistent)


main()
