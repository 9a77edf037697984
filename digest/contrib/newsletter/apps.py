from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

TOKEN_PAGES = ["confirm", "unsubscribe", "u", "preferences", "block"]
TOKEN_ENDPOINTS = ["confirmations", "unsubscriptions", "preferences"]


class NewsletterConfig(AppConfig):
    name = "digest.contrib.newsletter"
    label = "digest_newsletter"
    verbose_name = _("Newsletter")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from digest.contrib.newsletter import checklist, checks, sending  # noqa: F401
        from digest.contrib.newsletter.cleaning import clean
        from digest.contrib.newsletter.signal_handlers import register_signal_handlers
        from digest.contrib.newsletter.transfer import importing
        from digest.registry import DAY, MINUTE, Job, Slot, registry

        register_signal_handlers()
        if apps.is_installed("anymail"):
            from anymail.signals import tracking

            from digest.contrib.newsletter.providers import track

            tracking.connect(track, dispatch_uid="digest_newsletter")
        registry.api_extensions.append("digest.contrib.newsletter.api.extension")
        registry.urlconfs["newsletter/"] = "digest.contrib.newsletter.urls"
        registry.token_paths += [f"newsletter/{page}" for page in TOKEN_PAGES]
        registry.token_paths += [f"api/v1/{endpoint}" for endpoint in TOKEN_ENDPOINTS]
        forms, templates = "digest.contrib.newsletter.forms", "digest/newsletter"
        slots = registry.slots
        slots["digest"].append(Slot(f"{templates}/slot.html", f"{forms}.on_digest_page"))
        slots["summary"].append(Slot(f"{templates}/summary.html", f"{forms}.on_issue_page"))
        slots["issue"].append(Slot(f"{templates}/slot.html", f"{forms}.on_issue_page"))
        slots["front_page"].append(Slot(f"{templates}/front_page.html", f"{forms}.on_front_page"))
        registry.jobs += [
            Job("send_newsletters", sending.run, MINUTE, is_due=sending.is_due, is_long=True),
            Job(
                "import_subscribers",
                importing.run,
                MINUTE,
                is_due=importing.is_due,
                is_long=True,
            ),
            Job("clean_newsletter", clean, DAY),
        ]
        registry.checklist_rules |= checklist.RULES
        registry.issue_side_panels.append("digest.contrib.newsletter.admin.issue_panel.side_panels")
        registry.roles["Newsletter managers"] += [
            "wagtailadmin.access_admin",
            "digest_newsletter.change_newslettersettings",
            *(f"digest_newsletter.{verb}_subscriber" for verb in ("view", "change", "delete")),
            *(f"digest_newsletter.{verb}_mailing" for verb in ("view", "change")),
            "digest_newsletter.add_subscriberimport",
        ]
