"""The pages of the newsletter. GET and HEAD change nothing; the token in a URL is all that a POST
needs, except for the forms into which anybody can type an address."""

from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from wagtail.models import Site

from digest import visibility
from digest.contrib.newsletter import signup, subscriptions, suppression
from digest.contrib.newsletter.api.throttling import SignupThrottle
from digest.contrib.newsletter.email_addresses import (
    MAX_LENGTH,
    Address,
    InvalidAddress,
    mask,
    parse,
)
from digest.contrib.newsletter.forms import (
    SignupForm,
    is_cross_site,
    posted,
    signup_forms,
    site_forms,
)
from digest.contrib.newsletter.models import (
    NewsletterSettings,
    Source,
    Subscriber,
    Subscription,
)
from digest.contrib.newsletter.plain_text import single_line
from digest.contrib.newsletter.preferences import stored_subscriptions
from digest.contrib.newsletter.responses import language, newsletter_view, render_page
from digest.contrib.newsletter.tokens import InvalidToken
from digest.pages.page_models import get_digest_page_model
from digest.pages.paths import preferred, with_slug
from digest.pages.public_urls import page_url, requested_locale

# On pages without a token. With "no-referrer", browsers send no ``Origin`` for their forms.
SAME_ORIGIN = "same-origin"


# Forms into which an address is typed


@newsletter_view(referrer_policy=SAME_ORIGIN)
def subscribe(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form of a digest, or take a sign-up: the response is the same for all addresses."""
    form = _form(request, slug)
    page = {"digest": form.digest, "newsletters": [form.newsletter], "form": form}
    if request.method != "POST":
        if form.digest.slug != slug:
            return HttpResponsePermanentRedirect(form.url)
        return render_page(request, "subscribe", **page)
    address = _posted_address(request, "subscribe", page)
    if isinstance(address, HttpResponse):
        return address
    has_filled_honeypot = bool(posted(request).get("website"))
    signup.request_subscription(form.newsletter, address, Source.FORM, has_filled_honeypot)
    return _see_inbox(request)


def _form(request: HttpRequest, slug: str) -> SignupForm:
    """Return the form of a public digest by its slug, or one that it once had; raise Http404."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    public = visibility.public(get_digest_page_model().objects.all(), site)
    digest = preferred(with_slug(public, site, slug), requested_locale(request), site)
    forms = signup_forms([digest], site) if digest else []
    if not forms:
        raise Http404
    return forms[0]


@newsletter_view(referrer_policy=SAME_ORIGIN)
def request_preferences(request: HttpRequest) -> HttpResponse:
    """Show a form that sends the link to what is stored about an address, or take it."""
    page = {"newsletters": _newsletters(request)}
    if request.method != "POST":
        return render_page(request, "request_preferences", **page)
    address = _posted_address(request, "request_preferences", page)
    if isinstance(address, HttpResponse):
        return address
    signup.request_preferences(address, Source.FORM)
    return _see_inbox(request)


def _posted_address(
    request: HttpRequest, template: str, page: dict[str, Any]
) -> Address | HttpResponse:
    """Return the address that is posted, or the response that rejects it."""
    with translation.override(language(request, page.get("digest"))):
        if is_cross_site(request):
            page |= {"error": _("Your browser sent the form from another site. Send it from here.")}
            return render_page(request, template, status=403, **page)
        throttle = SignupThrottle.of(request)
        if not throttle.is_allowed:
            page |= {"error": _("Too many requests came from your network. Try again later.")}
            response = render_page(request, template, status=429, **page)
            response["Retry-After"] = str(ceil(throttle.wait() or throttle.duration))
            return response
        typed = posted(request).get("email", "")
        try:
            return parse(typed)
        except InvalidAddress as error:
            page |= {"error": error, "typed": single_line(typed[:MAX_LENGTH])}
            return render_page(request, template, status=400, **page)


def _see_inbox(request: HttpRequest) -> HttpResponse:
    url = reverse("digest:newsletter:check-your-inbox")
    if locale := requested_locale(request):
        url = f"{url}?{urlencode({'locale': locale})}"
    return HttpResponse(status=303, headers={"Location": url})


@newsletter_view()
def check_your_inbox(request: HttpRequest) -> HttpResponse:
    return render_page(request, "check_your_inbox", newsletters=_newsletters(request))


def _newsletters(request: HttpRequest) -> list[NewsletterSettings]:
    return [form.newsletter for form in site_forms(request)]


# Pages behind a token


@newsletter_view()
@sensitive_variables()
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button that confirms a subscription, or confirm it."""
    subscription, _expires_at = subscriptions.to_confirm(token)
    if _public_digest(subscription) is None:
        raise InvalidToken
    if request.method == "POST":
        subscription = subscriptions.confirm(token)
    is_done = subscription.state == Subscription.State.ACTIVE
    latest = subscription.digest.get_public_issues().first() if is_done else None
    page = {"is_done": is_done, "latest_url": latest and page_url(latest, request)}
    return _page_of(request, "confirm", subscription, latest=latest, **page)


@newsletter_view()
@sensitive_variables()
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button that ends a subscription, or end it."""
    subscription = subscriptions.to_unsubscribe(token)
    if request.method == "POST":
        subscriptions.end(subscription, Subscription.EndReason.PAGE)
        subscription.refresh_from_db(fields=["state"])
    return _unsubscribe_page(request, subscription)


@newsletter_view()
@sensitive_variables()
def one_click(request: HttpRequest, token: str) -> HttpResponse:
    """End a subscription at the request of a mail program (RFC 8058); otherwise show the button."""
    subscription = subscriptions.to_unsubscribe(token)
    if request.method != "POST" or not _is_one_click(request):
        return _unsubscribe_page(request, subscription)
    subscriptions.end(subscription, Subscription.EndReason.ONE_CLICK)
    return HttpResponse("Unsubscribed\n", content_type="text/plain; charset=utf-8")


def _is_one_click(request: HttpRequest) -> bool:
    return posted(request).get("List-Unsubscribe", "").strip() == "One-Click"


def _unsubscribe_page(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    # The page at the URL of the header posts to the one for people.
    url = reverse("digest:newsletter:unsubscribe", args=[subscription.unsubscribe_token])
    is_done = subscription.state not in subscriptions.OPEN
    return _page_of(request, "unsubscribe", subscription, url=url, is_done=is_done)


def _page_of(
    request: HttpRequest, name: str, subscription: Subscription, **context: Any
) -> HttpResponse:
    digest = subscription.digest
    context |= {
        "title": digest.title if _public_digest(subscription) else "",
        "address": mask(subscription.subscriber.address),
    }
    newsletters = NewsletterSettings.objects.filter(digest=digest)
    return render_page(request, name, digest, newsletters, **context)


def _public_digest(subscription: Subscription) -> Any:
    """Return the digest of a subscription, or None if its title may not be shown now."""
    return subscription.digest if visibility.is_public(subscription.digest) else None


@newsletter_view()
@sensitive_variables()
def block(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button by which an address is never written to again, or block it."""
    subscriber = subscriptions.to_block(token)
    if request.method == "POST":
        subscriptions.block(subscriber)
    is_done = suppression.reason_of(subscriber.key) == suppression.Reason.ASKED
    page = {"is_done": is_done, "address": mask(subscriber.address)}
    return render_page(request, "block", newsletters=_newsletters(request), **page)


@newsletter_view()
@sensitive_variables()
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show everything that is stored about an address; end a subscription, or erase it all."""
    subscriber = subscriptions.of_preferences(token)
    fields = posted(request) if request.method == "POST" else {}
    if "erase" not in fields:
        has_ended = _end(subscriber, fields.get("end", ""))
        return _preferences_page(request, subscriber, has_ended=has_ended)
    if "sure" not in fields:
        return _preferences_page(request, subscriber, 400, is_unsure=True)
    subscriptions.erase(subscriber)
    return render_page(request, "erased", newsletters=_newsletters(request))


def _end(subscriber: Subscriber, pk: str) -> bool:
    """End the subscription with this primary key if it is the subscriber's; False if it is not."""
    rows = subscriber.subscriptions.select_related("subscriber", "digest")
    subscription = next((row for row in rows if str(row.pk) == pk), None)
    if subscription:
        subscriptions.end(subscription, Subscription.EndReason.PAGE)
    return subscription is not None


def _preferences_page(
    request: HttpRequest, subscriber: Subscriber, status: int = 200, **context: Any
) -> HttpResponse:
    stored = stored_subscriptions(subscriber)
    digests = [subscription.digest for subscription in stored]
    for subscription in stored:
        subscription.is_open = subscription.state in subscriptions.OPEN
    context |= {"subscriber": subscriber, "subscriptions": stored}
    if found := suppression.of(subscriber.key):
        context["suppression"] = found.get_reason_display()
    newsletters = NewsletterSettings.objects.filter(digest__in=digests)
    digest = digests[0] if digests else None
    return render_page(request, "preferences", digest, newsletters, status, **context)
