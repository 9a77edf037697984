from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured


class MCPConfig(AppConfig):
    name = "digest.contrib.mcp"
    label = "digest_mcp"
    verbose_name = "MCP"

    def ready(self) -> None:
        from digest.contrib.mcp import checks  # noqa: F401
        from digest.registry import Link, registry

        if not apps.is_installed("digest.contrib.submissions"):
            raise ImproperlyConfigured(
                "digest.contrib.mcp needs digest.contrib.submissions in INSTALLED_APPS."
            )
        if find_spec("django_mcpz") is None:
            raise ImproperlyConfigured(
                "digest.contrib.mcp needs django-mcpz: install wagtail-digest[mcp]."
            )
        registry.api_extensions.append("digest.contrib.mcp.api.extension")
        registry.urlconfs["mcp/"] = "digest.contrib.mcp.urls"
        notes = "tools for AI assistants (Model Context Protocol): POST, Streamable HTTP"
        registry.llms_links.append(Link("MCP server", "digest:mcp:server", notes))
