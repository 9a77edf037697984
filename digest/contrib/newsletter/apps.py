from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewsletterConfig(AppConfig):
    name = "digest.contrib.newsletter"
    label = "digest_newsletter"
    verbose_name = _("Newsletter")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from digest.contrib.newsletter import checks  # noqa: F401
        from digest.contrib.newsletter.cleaning import clean
        from digest.registry import DAY, Job, registry

        registry.api_extensions.append("digest.contrib.newsletter.api.extension")
        registry.urlconfs["newsletter/"] = "digest.contrib.newsletter.urls"
        registry.jobs.append(Job("clean_newsletter", clean, DAY))
        registry.roles["Newsletter managers"] += [
            "wagtailadmin.access_admin",
            "digest_newsletter.change_newslettersettings",
            *(f"digest_newsletter.{verb}_subscriber" for verb in ("view", "change", "delete")),
        ]
