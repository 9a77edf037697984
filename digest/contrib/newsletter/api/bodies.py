"""The bodies of requests to the newsletter."""

from typing import Any

from rest_framework import serializers

from digest.api.bodies import Body
from digest.contrib.newsletter.email_addresses import Address, InvalidAddress, parse


class AddressField(serializers.CharField):
    """Accept an e-mail address, and return it as an ``Address``."""

    def to_internal_value(self, data: Any) -> Address:
        try:
            return parse(super().to_internal_value(data))
        except InvalidAddress as error:
            raise serializers.ValidationError(str(error), error.code) from error


class PreferencesBody(Body):
    """The reader who asks for a link to their preferences."""

    email = AddressField(help_text="The e-mail address of the reader.")


class SubscriptionBody(PreferencesBody):
    """The reader who subscribes."""

    website = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=255,
        help_text="Leave it empty, in a field that readers do not see: programs fill it in.",
    )
