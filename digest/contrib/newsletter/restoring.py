"""Remove again, after the restore of a backup, what was removed since it was made."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.db.models.functions import Lower

from digest.contrib.newsletter import subscriptions, suppression
from digest.contrib.newsletter.models import SignupRequest, Subscriber, Subscription
from digest.contrib.newsletter.removals import Line, Removal

ADDRESSES_AT_ONCE = 2000
BLOCKED = {
    Removal.BLOCKED: suppression.Reason.ASKED,
    Removal.COMPLAINED: suppression.Reason.COMPLAINED,
}


class RemovalsAgain:
    """Apply lines of the removals file.

    A reader who signed up after a line was written stays. The hash of each stored address is
    computed once, when the object is made.
    """

    def __init__(self) -> None:
        keys = set(_stored_keys())
        self.keys = dict(zip(suppression.address_hashes(keys), keys, strict=True))

    def apply(self, line: Line) -> int:
        """Apply a line; return how many subscriptions it has ended or deleted."""
        if line.kind == Removal.ENDED:
            return self._end(line, digest=line.digest_pk)
        if line.kind == Removal.LIFTED:
            suppression.lift_hash(line.address_hash)
            return 0
        if line.kind in BLOCKED:
            suppression.suppress_hash(line.address_hash, BLOCKED[line.kind])
            self._delete_requests(line)
            return self._end(line)
        return self._erase(line)

    def _erase(self, line: Line) -> int:
        key = self.keys.get(line.address_hash)
        subscriber = Subscriber.objects.filter(key=key).first()
        if subscriber is None:
            suppression.suppress_hash(line.address_hash, suppression.Reason.ERASED)
            self._delete_requests(line)
            return 0
        before = self._subscriptions(line)
        count = before.count()
        if subscriber.subscriptions.filter(requested_at__gte=line.at).exists():
            subscriptions.delete(before)
        else:
            subscriptions.erase(subscriber)
        return count

    def _end(self, line: Line, **condition: int | None) -> int:
        rows = self._subscriptions(line).filter(**condition, state__in=subscriptions.OPEN)
        found = list(rows.select_related("subscriber"))
        for subscription in found:
            subscriptions.end(subscription, Subscription.EndReason.AGAIN, line.at)
        return len(found)

    def _subscriptions(self, line: Line) -> QuerySet:
        """Return the subscriptions of an address that were requested before the line."""
        key = self.keys.get(line.address_hash)
        return Subscription.objects.filter(subscriber__key=key, requested_at__lt=line.at)

    def _delete_requests(self, line: Line) -> None:
        if key := self.keys.get(line.address_hash):
            requests = SignupRequest.objects.filter(address__iexact=key)
            requests.filter(created_at__lt=line.at).delete()


def _stored_keys() -> Iterator[str]:
    yield from Subscriber.objects.values_list("key", flat=True).iterator(ADDRESSES_AT_ONCE)
    requests: Iterable[str] = SignupRequest.objects.values_list(Lower("address"), flat=True)
    yield from requests
