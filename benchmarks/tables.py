"""Lines of a table, and whether a figure is what was wanted."""


def line(cells: list[str], widths: list[int]) -> str:
    """The first cell to the left, the others to the right."""
    first, *others = zip(cells, widths, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in others)


def at_most(text: str, found: float | None, wanted: float, unit: str = "") -> str:
    """The line of a figure that is to be this or less; None where there is none."""
    return _verdict(text, found, wanted, unit, "less", found is not None and found <= wanted)


def at_least(text: str, found: float | None, wanted: float, unit: str = "") -> str:
    """The line of a figure that is to be this or more."""
    return _verdict(text, found, wanted, unit, "more", found is not None and found >= wanted)


def _verdict(
    text: str, found: float | None, wanted: float, unit: str, direction: str, is_so: bool
) -> str:
    if found is None:
        return f"{text:<58}one of them fails"
    answer = "yes" if is_so else "NO"
    return f"{text:<58}{found:,.2f}{unit}, wanted {wanted:,.2f} or {direction}: {answer}"
