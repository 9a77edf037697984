"""The editor's desk: screens, panels and hooks that the plugin adds to Wagtail's admin."""
