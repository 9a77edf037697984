"""Table columns of the issue listings."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn, Column

from digest.admin.issues.states import State, states_of
from digest.admin.listings import WIDE
from digest.pages.time_zones import format_date


class DraftColumn(Column):
    """Show a value of the latest draft, without sorting while the explorer searches."""

    def get_header_context_data(self, parent_context: Any) -> dict[str, Any]:
        context = super().get_header_context_data(parent_context)
        if parent_context.get("is_searching") and parent_context.get("parent_page"):
            context["is_orderable"] = False
        return context


class StateColumn(BaseColumn):
    """Show the states of an issue, a link to its live page, and whether it is an alias.

    Wagtail's status column does not show that a live page has changes in review.
    """

    cell_template_name = "digest/admin/issue_state_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        live = (State.LIVE, State.LIVE_WITH_CHANGES)
        states = [(state.label, state in live) for state in states_of(instance)]
        return super().get_cell_context_data(instance, parent_context) | {"states": states}


def _number(issue: Any) -> Any:
    return "" if issue.column_values.number is None else issue.column_values.number


def _words(issue: Any) -> Any:
    return "" if issue.column_values.words is None else issue.column_values.words


DATE = DraftColumn(
    "date",
    label=_("Date"),
    accessor=lambda issue: format_date(issue.column_values.date),
    sort_key="draft_date",
    classname="digest-date",
)
NUMBER = DraftColumn(
    "number", label=_("No."), accessor=_number, sort_key="draft_number", classname=WIDE
)
STATE = StateColumn("state", label=_("State"))
STORIES = Column("stories", label=_("Stories"), accessor="column_values.stories", classname=WIDE)
WORDS = Column("words", label=_("Words"), accessor=_words, classname=WIDE)
TAGS = Column(
    "tags",
    label=_("Tags"),
    accessor=lambda issue: ", ".join(issue.column_values.tags),
    classname=WIDE,
)
