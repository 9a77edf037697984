"""Examples for the schema."""

from digest.api.examples import API, SITE

NEWSLETTER = {
    "subscribe_url": f"{API}/digests/daily/subscriptions/",
    "consent": "Send me each issue of “The Daily Grid” by e-mail. I can unsubscribe at any time.",
    "privacy_url": f"{SITE}/privacy/",
    "is_open": True,
}
