from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from wagtail.models import Site

from digest.contrib.search import evaluation


class Command(BaseCommand):
    help = (
        "Evaluate the ranking of search results with a TOML file of queries and relevance "
        "judgements. Prints means over all queries: nDCG@10, reciprocal rank and recall@10."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the queries, in TOML")
        parser.add_argument("--site", help="host name of the site; default: the default site")
        parser.add_argument(
            "--verbose", action="store_true", help="also print each query, the worst first"
        )

    def handle(self, *, file: Path, site: str | None, verbose: bool, **options: Any) -> None:
        queries = self.read_queries(file)
        condition = {"hostname": site} if site else {"is_default_site": True}
        searched_site = Site.objects.filter(**condition).first()
        if searched_site is None:
            raise CommandError("There is no such site.")
        evaluations = evaluation.evaluate(queries, searched_site)
        if verbose:
            self.print_queries(evaluations)
        for name, mean in evaluation.means(evaluations).items():
            self.stdout.write(f"{name:<22}{mean:.3f}  ({len(evaluations)} queries)")

    def read_queries(self, file: Path) -> list[evaluation.JudgedQuery]:
        try:
            queries = evaluation.read_queries(file)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{file} is not a file of judged queries: {error!r}") from error
        if not queries:
            raise CommandError(f"{file} has no queries.")
        return queries

    def print_queries(self, evaluations: list[evaluation.Evaluation]) -> None:
        """Print each query, its results with their grades, and the relevant ones it lacks."""
        for one in sorted(evaluations, key=lambda one: one.ndcg):
            missing = dict(one.query.judgements)
            self.stdout.write(f"{one.ndcg:.3f}  {one.query.text}")
            for rank, name in enumerate(one.results, 1):
                self.stdout.write(f"      {rank:>2}. {name} ({missing.pop(name, 0)})")
            for name, grade in missing.items():
                self.stdout.write(f"       -. {name} ({grade})")
