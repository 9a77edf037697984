"""Measure this API side by side with Wagtail's own, and print a table."""

import argparse

from benchmarks.start import started

QUESTIONS = ["empty", "detail", "detail-html", "list", "bodies", "bodies-html"]
QUESTIONS += ["tag", "last", "oldest"]
EPILOG = "BENCH_DIR in the environment keeps the databases there; DATABASE_URL chooses the engine."


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser("benchmarks", description=__doc__, epilog=EPILOG)
    add = parser.add_argument
    add("--issues", type=int, nargs="+", default=[1000, 10_000], metavar="N", help="sizes")
    add("--rounds", type=int, default=15, metavar="N", help="how often each request is timed")
    add("--restrictions", type=int, default=2000, metavar="N", help="private issues at last")
    add("--only", nargs="+", choices=QUESTIONS, default=[], help="some of the questions")
    add("--profile", choices=QUESTIONS[1:], help="print where our own answer takes its time")
    options = parser.parse_args()
    if min(options.issues) < 40:
        parser.error("There must be forty issues or more: two pages of a list.")
    return options


def main() -> None:
    """Start Django, then measure."""
    options = arguments()
    with started() as (directory, is_kept):
        from benchmarks.run import run

        run(options, directory, is_kept)


main()
