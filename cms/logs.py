"""Logging of a public server: one JSON object a line on stderr, each with its request id."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "cms.request_id.RequestIdFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(levelname)s %(name)s %(message)s %(request_id)s",
            "rename_fields": {"levelname": "level", "name": "logger"},
            "timestamp": "time",
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": "json",
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Named, because Django and gunicorn bring handlers of their own for these.
        name: {"handlers": ["console"], "level": "INFO", "propagate": False}
        for name in ("django", "django.server", "gunicorn.access", "gunicorn.error")
    }
    # Dozens of lines for each publish, of tasks that went well and addresses that are purged.
    # Failures are errors.
    | {name: {"level": "WARNING"} for name in ("django_tasks", "wagtail.frontendcache")},
}
