"""What the listings of the admin share."""

from typing import Any

from django.utils.functional import cached_property

WIDE = "digest-wide"  # the class of columns that a narrow screen does not show


class EmptyMessageMixin:
    """Say on an empty listing what it is for, and how the first entry comes to be."""

    empty_message: Any
    results_template_name = "digest/admin/listing_results.html"

    @cached_property
    def no_results_message(self) -> Any:
        is_narrowed = self.is_searching or self.is_filtering
        return super().no_results_message if is_narrowed else self.empty_message
