"""Words that several screens share."""

from django.template.defaultfilters import capfirst, yesno


def yes_or_no(value: bool) -> str:
    """Return a word for a choice of which neither is an error, unlike the cross of Wagtail."""
    return capfirst(yesno(value))
