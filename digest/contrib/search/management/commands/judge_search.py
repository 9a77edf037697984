"""``manage.py judge_search``: how good the order of search results is, by judged queries."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from wagtail.models import Site

from digest.contrib.search import judging


class Command(BaseCommand):
    """Searches for every query of a file of judgements, and tells how well that went."""

    help = (
        "Measure the order of search results by a TOML file of queries and of what their results "
        "are worth (nDCG@10: 1 is the best order there could be)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, the site and how much to tell."""
        parser.add_argument("file", type=Path, help="the judgements")
        parser.add_argument("--site", help="host name of the site; without it, the default site")
        parser.add_argument(
            "--verbose", action="store_true", help="tell of each query, the worst first"
        )

    def handle(self, *, file: Path, site: str | None, verbose: bool, **options: Any) -> None:
        """Print the means; raises CommandError where there is no such site or file."""
        queries = self.read(file)
        chosen = {"hostname": site} if site else {"is_default_site": True}
        found = Site.objects.filter(**chosen).first()
        if found is None:
            raise CommandError("There is no such site.")
        verdicts = judging.judge(queries, found)
        if verbose:
            self.tell_each(verdicts)
        for name, mean in judging.means(verdicts).items():
            self.stdout.write(f"{name:<22}{mean:.3f}  ({len(verdicts)} queries)")

    def read(self, file: Path) -> list[judging.Query]:
        """The queries of the file."""
        try:
            queries = judging.read(file)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{file} is no file of judgements: {error!r}") from error
        if not queries:
            raise CommandError(f"{file} has no queries.")
        return queries

    def tell_each(self, verdicts: list[judging.Verdict]) -> None:
        """Each query with its results and what they are worth, then what was not found."""
        for verdict in sorted(verdicts, key=lambda verdict: verdict.ndcg):
            relevant = dict(verdict.query.relevant)
            self.stdout.write(f"{verdict.ndcg:.3f}  {verdict.query.text}")
            for place, name in enumerate(verdict.found, 1):
                self.stdout.write(f"      {place:>2}. {name} ({relevant.pop(name, 0)})")
            for name, grade in relevant.items():
                self.stdout.write(f"       -. {name} ({grade})")
