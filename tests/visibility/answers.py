"""Asks the doors, and compares what they answer down to the bytes and headers."""

# What differs from one answer to the next, whatever was asked.
OF_THE_MOMENT = {"x-request-id", "date"}


def ask(client, path, method="get", **headers):
    """Answer of a path; a header is given as ``if_none_match="*"``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(client, method)(path, headers=named)


def headers_of(response, but=()):
    """All headers that a reader could compare, in one order."""
    headers = {name.lower(): value for name, value in response.items()}
    return sorted((name, headers[name]) for name in headers.keys() - OF_THE_MOMENT - set(but))


def told(response):
    """All that an answer tells: its headers and its body."""
    return f"{headers_of(response)}\n{response.content.decode()}"


def same_answer(one, other, word="", other_word=""):
    """Whether two answers are the same, but for the words that were asked for and are repeated."""
    if not word:
        return (one.status_code, told(one)) == (other.status_code, told(other))
    return _without(word, one) == _without(other_word, other)


def _without(word, response):
    # Length and ETag follow from the word.
    headers = headers_of(response, but=("content-length", "etag"))
    text = response.content.decode().replace(word, "-")
    return response.status_code, str(headers).replace(word, "-"), text
