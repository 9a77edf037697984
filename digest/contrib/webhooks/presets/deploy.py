"""Deploy hooks of Vercel, Netlify and Cloudflare: a POST to a secret URL starts a build."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digest.contrib.webhooks.models import WebhookDelivery
from digest.contrib.webhooks.presets.base import Request
from digest.contrib.webhooks.presets.builds import BuildPreset


class DeployPreset(BuildPreset):
    name = "deploy"
    label = gettext_lazy("Deploy hook (Vercel, Netlify, Cloudflare)")
    help_text = gettext_lazy("Builds a static site after changes, once a minute at most.")
    url_label = gettext_lazy("URL of the deploy hook")

    def request(self, delivery: WebhookDelivery, timestamp: int) -> Request:
        return Request(delivery.endpoint.url, b"{}")

    def explain(self, status: int) -> str:
        if status != 404:
            return ""
        return _("The deploy hook does not exist any more. Create another one and enter its URL.")
