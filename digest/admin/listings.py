"""What the listings of the admin share."""

from typing import Any

from django.forms import Media
from django.utils.functional import cached_property
from wagtail.admin.staticfiles import versioned_static

WIDE = "digest-wide"  # the class of columns that a narrow screen does not show


def styles(name: str) -> Media:
    """Return the style sheet of all listings, and the one of this listing."""
    names = ("digest/admin/listings.css", name)
    return Media(css={"all": [versioned_static(name) for name in names]})


class EmptyMessageMixin:
    """Say on an empty listing what it is for, and how the first entry comes to be."""

    empty_message: Any
    results_template_name = "digest/admin/listing_results.html"

    @cached_property
    def no_results_message(self) -> Any:
        is_narrowed = self.is_searching or self.is_filtering
        return super().no_results_message if is_narrowed else self.empty_message
