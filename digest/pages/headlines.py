"""The columns for headline and summary, derived from the body when an issue is saved."""

import json
from contextlib import suppress
from typing import Any

from django.db.models import Model, TextField
from django.db.models.functions import Cast

BATCH_SIZE = 100


def headline_and_summary(opening: Any, title: str) -> dict[str, str]:
    """Return the two fields by name, from the stored value of a headline block (None for none).

    The headline defaults to the page title.
    """
    opening = opening or {}
    summary = opening.get("summary") or ""
    return {
        "headline": opening.get("headline") or title,
        "summary": summary.replace("\r\n", "\n"),
    }


def fill_headlines(model: type[Model], using: str = "default") -> None:
    """Fill in the two columns of all issues, in batches; for migrations.

    It reads the stored JSON instead of the blocks, so a broken body does not stop it.
    """
    rows = model._base_manager.using(using).order_by("pk")
    rows = rows.annotate(stored=Cast("body", TextField())).values_list("pk", "title", "stored")
    batch = list(rows[:BATCH_SIZE])
    while batch:
        issues = [
            model(pk=pk, **headline_and_summary(_opening(stored), title))
            for pk, title, stored in batch
        ]
        model._base_manager.using(using).bulk_update(issues, ["headline", "summary"])
        batch = list(rows.filter(pk__gt=batch[-1][0])[:BATCH_SIZE])


def _opening(stored: Any) -> dict[str, Any] | None:
    with suppress(ValueError, RecursionError):
        while isinstance(stored, str):  # Code may have assigned JSON, which is stored as a string.
            stored = json.loads(stored)
    blocks = stored if isinstance(stored, list) else [stored]
    found = (block for block in blocks if isinstance(block, dict))
    values = (block.get("value") for block in found if block.get("type") == "headline")
    return next(filter(_is_opening, values), None)


def _is_opening(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(name), str | None) for name in ("headline", "summary")
    )
