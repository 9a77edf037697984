"""Every reaction of the core to a save, a publication, a move, a deletion or a sign-out.

Each runs in the transaction of the change and may run twice. Optional apps have their own lists in
their ``signal_handlers``. docs/explanation/architecture.md puts them into the steps of publishing.
"""

from collections.abc import Iterator

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete, post_migrate, post_save, pre_migrate, pre_save
from wagtail.images import get_image_model
from wagtail.models import Revision
from wagtail.signals import page_published, post_page_move

from digest import tasks
from digest.caching import triggers
from digest.mixins import DigestPageMixin, IssuePageMixin
from digest.pages import numbering, page_indexes, stories
from digest.pages.page_models import get_issue_senders
from digest.previews import tokens
from digest.registry import SignalHandler, connect
from digest.sources import index


def register_signal_handlers() -> None:
    """Connect the signal handlers of the core; doing so again changes nothing."""
    connect(signal_handlers())


def signal_handlers() -> Iterator[SignalHandler]:
    """Yield the handlers in the order in which they are called for the same signal."""
    plugin = apps.get_app_config("digest")
    models = apps.get_models()
    numbered = [model for model in models if issubclass(model, numbering.NumberingMixin)]
    pages = [model for model in models if issubclass(model, (DigestPageMixin, IssuePageMixin))]
    rendition = get_image_model().get_rendition_model()

    yield SignalHandler(pre_migrate, triggers.remove_triggers, [plugin])
    yield SignalHandler(post_migrate, triggers.install_triggers, [plugin])
    yield SignalHandler(post_migrate, page_indexes.update_page_indexes, [plugin])

    yield SignalHandler(pre_save, stories.give_new_ids_to_copied_revision, [Revision])
    yield SignalHandler(post_save, stories.derive_stories, get_issue_senders())
    yield SignalHandler(post_save, index.derive_citations, get_issue_senders())

    yield SignalHandler(post_page_move, numbering.renumber_moved_issue, numbered)
    yield SignalHandler(page_published, tasks.create_renditions_on_publish, pages)
    yield SignalHandler(post_delete, tasks.recreate_renditions, [rendition])

    yield SignalHandler(user_logged_out, tokens.delete_session_tokens, [get_user_model()])
