"""The endpoints of the newsletter: subscribe, confirm, unsubscribe, preferences."""

from collections.abc import Collection
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from digest import visibility
from digest.api.parameters import LocaleParameters
from digest.api.writable import WritableAPIView
from digest.contrib.newsletter import signup, subscriptions
from digest.contrib.newsletter.api import bodies, data, serializers
from digest.contrib.newsletter.api.throttling import SignupThrottle
from digest.contrib.newsletter.conf import conf
from digest.contrib.newsletter.email_addresses import mask
from digest.contrib.newsletter.models import Source, Subscription
from digest.contrib.newsletter.tokens import InvalidToken
from digest.http.redaction import hide_token

# Mail to a suppressed one has bounced: its reader can still leave.
IS_SUBSCRIBED = {Subscription.State.ACTIVE, Subscription.State.SUPPRESSED}


class NewsletterView(WritableAPIView):
    """Base class of the endpoints; scripts of DIGEST_NEWSLETTER_ORIGINS may use them, too."""

    origins_setting = "DIGEST_NEWSLETTER_ORIGINS"

    def allowed_origins(self) -> Collection[str]:
        return conf.NEWSLETTER_ORIGINS


class SignupView(NewsletterView):
    """Base class of the endpoints that take an address, with a limit by IP address."""

    def check_throttles(self, request: Request) -> None:
        super().check_throttles(request)
        if request.method == "POST":
            throttle = SignupThrottle.of(request._request)
            if not throttle.is_allowed:
                self.throttled(request, throttle.wait())

    def detail(self) -> str:
        return _("If this address accepts mail, a message is on its way.")


class TokenView(NewsletterView):
    """Base class of the endpoints with a token, which no log or error report may contain.

    The response is the same 404 whatever is wrong with the token.
    """

    @sensitive_variables()
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        hide_token(request)
        return super().dispatch(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(Http404() if isinstance(exc, InvalidToken) else exc)


class Subscriptions(SignupView):
    """Send a letter to an address, with a link to confirm its subscription to a digest.

    The response is the same for every address, so that nobody learns who is subscribed.
    """

    parameters_class = LocaleParameters
    body_class = bodies.SubscriptionBody
    responses = {"POST": (202, serializers.SignupSerializer)}

    def post(self, request: Request, slug: str) -> Response:
        digest = self.scope.get_preferred(self.digests(slug))
        newsletter = signup.open_newsletter(digest)
        has_filled_honeypot = bool(self.body.get("website"))
        address = self.body["email"]
        signup.request_subscription(newsletter, address, Source.API, has_filled_honeypot)
        body = {
            "status": "check_your_inbox",
            "digest": {"slug": digest.slug, "title": digest.title},
            "detail": self.detail(),
        }
        return Response(body, 202)

    def digests(self, slug: str) -> Any:
        found = self.scope.digests(slug=slug)
        if locale := self.parameters.get("locale"):
            found = found.filter(locale__language_code=locale)
        return found


class Confirmation(TokenView):
    """Return the subscription that a token of a letter confirms."""

    serializer_class = serializers.ConfirmationSerializer
    responses = {"POST": (200, serializers.SubscribedSerializer)}

    def get(self, request: Request, token: str) -> Response:
        subscription, expires_at = subscriptions.to_confirm(token)
        return Response(
            {
                "digest": self.digest(subscription),
                "address": mask(subscription.subscriber.address),
                "expires_at": expires_at,
            }
        )

    def post(self, request: Request, token: str) -> Response:
        """Confirm a subscription; doing so again changes nothing."""
        digest = self.digest(subscriptions.to_confirm(token)[0])
        subscription = subscriptions.confirm(token)
        latest = data.latest_issue(subscription.digest, self.scope)
        return Response({"status": "subscribed", "digest": digest, "latest_issue": latest})

    def digest(self, subscription: Subscription) -> dict[str, Any]:
        """Return the digest; nobody can subscribe to a hidden one."""
        if not visibility.is_public(subscription.digest):
            raise Http404
        return data.digest_reference(subscription.digest, self.scope)


class Unsubscription(TokenView):
    """Return the subscription that a token of a mail ends."""

    serializer_class = serializers.UnsubscriptionSerializer
    responses = {"POST": (200, serializers.UnsubscribedSerializer)}

    def get(self, request: Request, token: str) -> Response:
        subscription = subscriptions.to_unsubscribe(token)
        return Response(
            {
                "digest": data.public_reference(subscription.digest, self.scope),
                "is_subscribed": subscription.state in IS_SUBSCRIBED,
            }
        )

    def post(self, request: Request, token: str) -> Response:
        """End a subscription; doing so again changes nothing."""
        subscription = subscriptions.to_unsubscribe(token)
        subscriptions.end(subscription, Subscription.EndReason.API)
        return Response({"status": "unsubscribed"})


class PreferencesRequest(SignupView):
    """Send a letter to a known address, with a link to everything that is stored about it.

    The response is the same for every address.
    """

    body_class = bodies.PreferencesBody
    responses = {"POST": (202, serializers.PreferencesRequestSerializer)}

    def post(self, request: Request) -> Response:
        signup.request_preferences(self.body["email"], Source.API)
        return Response({"status": "check_your_inbox", "detail": self.detail()}, 202)


class Preferences(TokenView):
    """Return everything that is stored about the address of a token."""

    serializer_class = serializers.PreferencesSerializer
    responses = {"DELETE": (204, None)}

    def get(self, request: Request, token: str) -> Response:
        subscriber = subscriptions.of_preferences(token)
        return Response(data.preferences(subscriber, self.scope))

    def delete(self, request: Request, token: str) -> Response:
        """Erase the address and everything that is stored about it."""
        subscriptions.erase(subscriptions.of_preferences(token))
        return Response(status=204)


class PreferencesOfDigest(TokenView):
    """End a subscription of the address of a token; doing so again changes nothing."""

    parameters_class = LocaleParameters
    responses = {"DELETE": (204, None)}

    def delete(self, request: Request, token: str, slug: str) -> Response:
        """End the subscriptions to a digest, by default in all of its languages."""
        rows = subscriptions.of_preferences(token).subscriptions.filter(digest__slug=slug)
        if locale := self.parameters.get("locale"):
            rows = rows.filter(digest__locale__language_code=locale)
        found = list(rows.select_related("subscriber", "digest"))
        if not found:
            raise Http404
        for subscription in found:
            subscriptions.end(subscription, Subscription.EndReason.API)
        return Response(status=204)
