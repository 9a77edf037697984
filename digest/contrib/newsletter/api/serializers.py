"""The serializers that describe responses of the newsletter in the schema."""

from rest_framework import serializers

from digest.api.serializers import (
    ConstantField,
    DigestReferenceSerializer,
    PageReferenceSerializer,
)
from digest.contrib.newsletter.models import (
    EmailDelivery,
    Source,
    Subscription,
    Suppression,
)


class NewsletterSerializer(serializers.Serializer):
    """The newsletter of a digest."""

    subscribe_url = serializers.URLField(help_text="Where to POST an address.")
    consent = serializers.CharField(help_text="What readers agree to: show it beside the button.")
    privacy_url = serializers.URLField(allow_blank=True)
    is_open = serializers.BooleanField(help_text="Whether it takes sign-ups.")


class SignupDigestSerializer(serializers.Serializer):
    """The digest that a reader signs up for."""

    slug = serializers.CharField()
    title = serializers.CharField()


class PreferencesRequestSerializer(serializers.Serializer):
    """The response to a request for the preferences, the same for every address."""

    status = ConstantField("check_your_inbox")
    detail = serializers.CharField()


class SignupSerializer(PreferencesRequestSerializer):
    """The response to a sign-up, the same for every address."""

    digest = SignupDigestSerializer()


class ConfirmationSerializer(serializers.Serializer):
    """A subscription that waits for its confirmation."""

    digest = DigestReferenceSerializer()
    address = serializers.CharField(help_text="Masked, as `r•••r@example.com`.")
    expires_at = serializers.DateTimeField()


class SubscribedSerializer(serializers.Serializer):
    """A confirmed subscription."""

    status = ConstantField("subscribed")
    digest = DigestReferenceSerializer()
    latest_issue = PageReferenceSerializer(allow_null=True)


class UnsubscriptionSerializer(serializers.Serializer):
    """A subscription that can be ended."""

    digest = DigestReferenceSerializer(
        allow_null=True, help_text="Null if the digest is not public now."
    )
    is_subscribed = serializers.BooleanField()


class UnsubscribedSerializer(serializers.Serializer):
    """An ended subscription."""

    status = ConstantField("unsubscribed")


class ImportedSerializer(serializers.Serializer):
    """Where an imported subscription comes from."""

    at = serializers.DateTimeField()
    note = serializers.CharField(help_text="Where the consent comes from.")


class SubscriptionSerializer(serializers.Serializer):
    """A subscription, with the record of consent."""

    slug = serializers.CharField(help_text="Of the digest, for DELETE.")
    digest = DigestReferenceSerializer(
        allow_null=True, help_text="Null if the digest is not public now."
    )
    state = serializers.ChoiceField(choices=Subscription.State.values)
    consent = serializers.CharField(allow_null=True, help_text="What the reader agreed to.")
    imported = ImportedSerializer(
        allow_null=True, help_text="Null if the reader has signed up at this site."
    )
    source = serializers.ChoiceField(choices=Source.values)
    requested_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.ChoiceField(
        choices=Subscription.EndReason.values,
        allow_null=True,
        help_text="How it ended; null if it has not.",
    )


class LetterSerializer(serializers.Serializer):
    """A mail to the reader."""

    kind = serializers.ChoiceField(choices=EmailDelivery.Kind.values)
    state = serializers.ChoiceField(choices=EmailDelivery.State.values)
    created_at = serializers.DateTimeField()
    code = serializers.CharField(
        allow_blank=True, help_text="The mail server's reply, as `250 2.1.5`; empty without one."
    )
    reply = serializers.CharField(allow_blank=True, help_text="The text of that reply.")
    event = serializers.CharField(
        allow_blank=True, help_text="What the mail provider has reported since, as `delivered`."
    )


class PreferencesSerializer(serializers.Serializer):
    """Everything that is stored about an address."""

    address = serializers.CharField()
    created_at = serializers.DateTimeField()
    suppression = serializers.ChoiceField(
        choices=[reason for reason in Suppression.Reason.values if reason != "erased"],
        allow_null=True,
        help_text="Why the address gets no mail; null if it may get mail.",
    )
    subscriptions = SubscriptionSerializer(many=True)
    letters = LetterSerializer(many=True)
