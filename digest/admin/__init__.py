"""Views, panels and hooks that the plugin adds to the Wagtail admin."""
