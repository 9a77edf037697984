"""Cells of exported spreadsheets."""

import re
from typing import Any

# Prefixes that spreadsheets evaluate as formulas, and characters that are invalid in .xlsx files.
FORMULA = re.compile(r"[=+\-@\t\r\n]")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def escape_formula(value: Any) -> Any:
    """Return a cell that spreadsheets do not evaluate, and .xlsx files can hold."""
    if not isinstance(value, str):
        return value
    text = UNWRITABLE.sub("", value)
    return f"'{text}" if FORMULA.match(text) else text
