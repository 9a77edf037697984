"""The jobs of webhooks. They import what sends only when they run."""


def deliver_webhooks() -> None:
    from digest.contrib.webhooks.sending import send_due

    send_due()


def delete_old_events() -> None:
    from digest.contrib.webhooks import events

    events.delete_old_events()


def is_due() -> bool:
    from digest.contrib.webhooks.sending import is_due

    return is_due()
