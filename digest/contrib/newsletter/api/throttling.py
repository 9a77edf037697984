"""The rate limit of sign-ups by IP address, for the API and the built-in form alike."""

from digest.api.throttling import IPAddressThrottle
from digest.contrib.newsletter.conf import conf


class SignupThrottle(IPAddressThrottle):
    """Count the requests to sign up or for preferences of each IP address.

    ``DIGEST_NEWSLETTER_SIGNUP_RATE`` limits them.
    """

    scope = "digest_signup"

    def get_rate(self) -> str | None:
        return conf.NEWSLETTER_SIGNUP_RATE  # None: no limit
