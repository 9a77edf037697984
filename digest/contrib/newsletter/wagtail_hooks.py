"""Add newsletters, their mailings and their subscribers to the admin."""

from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from digest.contrib.newsletter.admin import (
    actions,
    imports,
    issue_actions,
    issue_panel,
    letters,
    mailing_actions,
    subscribers,
)
from digest.contrib.newsletter.admin.access import MailingPermissionPolicy
from digest.contrib.newsletter.admin.home import add_mailings
from digest.contrib.newsletter.admin.imports import SubscriberImportViewSet
from digest.contrib.newsletter.admin.mailings import MailingViewSet
from digest.contrib.newsletter.admin.protection import keep_page, keep_selected_pages
from digest.contrib.newsletter.admin.settings import NewsletterSettingsViewSet
from digest.contrib.newsletter.admin.subscribers import SubscriberViewSet
from digest.contrib.newsletter.models import Mailing

register_permission_policy(Mailing, MailingPermissionPolicy(Mailing))
for module in (actions, imports, issue_actions, letters, mailing_actions, subscribers):
    hooks.register("register_log_actions", module.register_log_actions)
hooks.register("register_admin_urls", issue_panel.register_urls)
hooks.register("construct_homepage_panels", add_mailings)
hooks.register("before_delete_page", keep_page)
hooks.register("before_bulk_action", keep_selected_pages)


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[ModelViewSet]:
    return [
        NewsletterSettingsViewSet(),
        MailingViewSet(),
        SubscriberViewSet(),
        SubscriberImportViewSet(),
    ]
