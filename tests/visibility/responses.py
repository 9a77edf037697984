"""Send requests to the endpoints, and compare the responses byte by byte."""

import json
from urllib.parse import parse_qs, urlsplit

# Headers that differ between responses to the same request.
VARYING_HEADERS = {"x-request-id", "date"}
# Arguments of tools that are no strings.
ARGUMENTS = {"id": int, "limit": int}


def fetch(client, path, method="get", **headers):
    """Return the response of a path; pass headers as ``if_none_match="*"``.

    A path such as ``/mcp/?tool=get_issue&id=5`` is a call of that tool.
    """
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if path.startswith("/mcp/?"):
        return call(client, path, named)
    return getattr(client, method)(path, headers=named)


def call(client, path, headers):
    query = parse_qs(urlsplit(path).query)
    [tool] = query.pop("tool")
    arguments = {name: ARGUMENTS.get(name, str)(values[0]) for name, values in query.items()}
    arguments |= {name: values for name, values in query.items() if name in ("headings", "urls")}
    params = {"name": tool, "arguments": arguments}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return client.post("/mcp/", json.dumps(message), "application/json", headers=headers)


def headers_of(response, but=()):
    """Return the sorted headers, without those that always differ."""
    headers = {name.lower(): value for name, value in response.items()}
    return sorted((name, headers[name]) for name in headers.keys() - VARYING_HEADERS - set(but))


def text_of(response):
    """Return the headers and the body of a response as text."""
    return f"{headers_of(response)}\n{response.content.decode()}"


def is_same_response(one, other, word="", other_word=""):
    """Return whether two responses are the same, apart from the words in the requests."""
    if not word:
        return (one.status_code, text_of(one)) == (other.status_code, text_of(other))
    return _without(word, one) == _without(other_word, other)


def _without(word, response):
    # Length and ETag follow from the word.
    headers = headers_of(response, but=("content-length", "etag"))
    text = response.content.decode().replace(word, "-")
    return response.status_code, str(headers).replace(word, "-"), text
