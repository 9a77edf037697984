"""Add webhooks to the admin, and what is done to them to Wagtail's log."""

from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet

from digest.contrib.webhooks.admin.actions import register_log_actions
from digest.contrib.webhooks.admin.endpoints import EndpointViewSet
from digest.contrib.webhooks.admin.home import add_disabled_webhooks

hooks.register("construct_homepage_panels", add_disabled_webhooks)
hooks.register("register_log_actions", register_log_actions)


@hooks.register("register_admin_viewset")
def register_viewset() -> ModelViewSet:
    return EndpointViewSet()
