"""Add newsletters and subscribers to the admin."""

from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet

from digest.contrib.newsletter.admin.actions import register_log_actions
from digest.contrib.newsletter.admin.protection import keep_page, keep_selected_pages
from digest.contrib.newsletter.admin.settings import NewsletterSettingsViewSet
from digest.contrib.newsletter.admin.subscribers import SubscriberViewSet

hooks.register("register_log_actions", register_log_actions)
hooks.register("before_delete_page", keep_page)
hooks.register("before_bulk_action", keep_selected_pages)


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[ModelViewSet]:
    return [NewsletterSettingsViewSet(), SubscriberViewSet()]
