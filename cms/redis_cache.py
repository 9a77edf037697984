"""A Redis cache whose entries are signed, since they are pickles.

Unpickling runs code, so whoever could write to Redis could run code in every process.
"""

from typing import Any

from django.core.signing import BadSignature
from django.utils.crypto import constant_time_compare, salted_hmac
from django_redis.cache import RedisCache
from django_redis.serializers.pickle import PickleSerializer


class SignedPickleSerializer(PickleSerializer):
    """Sign pickles with SECRET_KEY, and raise BadSignature before reading any other."""

    def dumps(self, value: Any) -> bytes:
        pickled = super().dumps(value)
        return _signature(pickled) + pickled

    def loads(self, value: bytes) -> Any:
        size = len(_signature(b""))
        signature, pickled = value[:size], value[size:]
        if not constant_time_compare(signature, _signature(pickled)):
            raise BadSignature
        return super().loads(pickled)


def _signature(value: bytes) -> bytes:
    return salted_hmac("cms.redis_cache", value, algorithm="sha256").digest()


class SignedRedisCache(RedisCache):
    """Treat an entry without a valid signature, as after a new SECRET_KEY, as missing."""

    def get(self, key: str, default: Any = None, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get(key, default, *args, **kwargs)
        except BadSignature:
            return default

    def get_many(self, keys: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        keys, missing = list(keys), object()
        try:
            return super().get_many(keys, *args, **kwargs)
        except BadSignature:
            found = {key: self.get(key, missing, *args, **kwargs) for key in keys}
        return {key: value for key, value in found.items() if value is not missing}
