from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "digest.contrib.search"
    label = "digest_search"
    verbose_name = _("Readers' search")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from digest.contrib.search import checks  # noqa: F401
        from digest.contrib.search.signal_handlers import register_signal_handlers
        from digest.publishing.roles import EDITORS
        from digest.registry import registry

        register_signal_handlers()
        verbs = ("view", "add", "change", "delete")
        registry.roles[EDITORS] += [f"digest_search.{verb}_synonyms" for verb in verbs]
        registry.api_extensions.append("digest.contrib.search.api.extension")
