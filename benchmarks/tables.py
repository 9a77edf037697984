"""Format lines of tables and targets."""


def line(cells: list[str], widths: list[int]) -> str:
    """Align the first cell to the left and the others to the right."""
    first, *others = zip(cells, widths, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in others)


def at_most(text: str, found: float | None, target: float, unit: str = "") -> str:
    """Format a figure with its upper limit; None is a failure."""
    return _format(text, found, target, unit, "less", found is not None and found <= target)


def at_least(text: str, found: float | None, target: float, unit: str = "") -> str:
    """Format a figure with its lower limit; None is a failure."""
    return _format(text, found, target, unit, "more", found is not None and found >= target)


def _format(
    text: str, found: float | None, target: float, unit: str, direction: str, is_so: bool
) -> str:
    if found is None:
        return f"{text:<58}one of them fails"
    verdict = "yes" if is_so else "NO"
    return f"{text:<58}{found:,.2f}{unit}, target {target:,.2f} or {direction}: {verdict}"
