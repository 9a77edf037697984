"""The columns in which a listing of issues shows them at a glance."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn, Column

from digest.admin.issues.states import State, states_of


class DraftedColumn(Column):
    """A column sorted by what drafts say, which a search in the explorer cannot sort by."""

    def get_header_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Offer no sorting where it would do nothing."""
        context = super().get_header_context_data(parent_context)
        if parent_context.get("is_searching") and parent_context.get("parent_page"):
            context["is_orderable"] = False
        return context


class StateColumn(BaseColumn):
    """Where an issue stands, with a link to it where readers have it, and whether it is an alias.

    It replaces Wagtail's column of the status, which knows no changes of what is live in review.
    """

    cell_template_name = "digest/admin/issue_state_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        """Add ``states``: the label of each, and whether readers have what it is about."""
        seen = (State.LIVE, State.LIVE_WITH_CHANGES)
        states = [(state.label, state in seen) for state in states_of(instance)]
        return super().get_cell_context_data(instance, parent_context) | {"states": states}


def _number(issue: Any) -> Any:
    return "" if issue.glance.number is None else issue.glance.number


def _words(issue: Any) -> Any:
    return "" if issue.glance.words is None else issue.glance.words


DATE = DraftedColumn(
    "date",
    label=_("Date"),
    accessor=lambda issue: date_format(issue.glance.date),
    sort_key="drafted_date",
    classname="digest-date",
)
NUMBER = DraftedColumn("number", label=_("No."), accessor=_number, sort_key="drafted_number")
STATE = StateColumn("state", label=_("State"))
STORIES = Column("stories", label=_("Stories"), accessor="glance.stories")
WORDS = Column("words", label=_("Words"), accessor=_words)
TAGS = Column("tags", label=_("Tags"), accessor=lambda issue: ", ".join(issue.glance.tags))
