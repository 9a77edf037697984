"""Canonical URLs: one spelling for all URLs of a page."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

import idna

DEFAULT_PORTS = {"http": 80, "https": 443}

# Without names that some sites select content with, such as ``ref``, ``id``, ``p`` and ``s``.
TRACKING_PARAMETERS = {
    "__s",
    "_branch_match_id",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "_kx",
    "_openstat",
    "ck_subscriber_id",
    "dclid",
    "elqtrack",
    "elqtrackid",
    "epik",
    "fb_action_ids",
    "fb_action_types",
    "fb_ref",
    "fb_source",
    "fbclid",
    "gad_source",
    "gbraid",
    "gclid",
    "gclsrc",
    "hsctatracking",
    "igsh",
    "igshid",
    "irclickid",
    "li_fat_id",
    "mkt_tok",
    "ml_subscriber",
    "ml_subscriber_hash",
    "msclkid",
    "oly_anon_id",
    "oly_enc_id",
    "ref_src",
    "ref_url",
    "s_cid",
    "srsltid",
    "ttclid",
    "twclid",
    "vero_conv",
    "vero_id",
    "vgo_ee",
    "wbraid",
    "wickedid",
    "wt_mc",
    "yclid",
}
TRACKING_PREFIXES = ("utm_", "mc_", "mtm_", "hsa_", "matomo_", "piwik_", "pk_", "trk_")

HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
WWW = re.compile(r"^(?:www\.)+(?=[^.]+\.)")
PLAIN_URL = re.compile(r"https?://[a-z0-9.-]+(?:[/?#][!-~]*)?")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
# Allowed in a path and in a query (RFC 3986); a "%" is escaped before, where it has to be.
SAFE = "%/:@!$&'()*+,;=~?"


def canonical_url(url: str | None) -> str:
    """Return the canonical spelling of a URL, or "" if it is not a valid http(s) URL.

    Ignores the scheme, ``www.``, the default port, user information, the fragment, trailing
    slashes, tracking parameters and the order of parameters. Idempotent; raises nothing.
    """
    try:
        parts = urlsplit((url or "").strip())
        host, port = WWW.sub("", ascii_host(parts.hostname or "")), parts.port
    except ValueError:  # idna.IDNAError is one
        return ""
    # Browsers read a backslash as a slash, so they would go to another host.
    if parts.scheme not in DEFAULT_PORTS or not host or "\\" in parts.netloc:
        return ""
    netloc = host if port in (None, *DEFAULT_PORTS.values()) else f"{host}:{port}"
    query, fragment = _query(parts.query), parts.fragment
    end = f"?{query}" if query else ""
    if fragment.startswith("!"):  # "hashbang" URLs address pages by their fragment
        end += f"#{percent_encode(fragment)}"
    return f"https://{netloc}{_path(parts.path)}{end}"


def web_url(url: Any) -> str | None:
    """Return an absolute http(s) URL as it is, without space around it, and None for all else."""
    text = url.strip() if isinstance(url, str) else ""
    if PLAIN_URL.fullmatch(text):  # as nearly all are; a list shows hundreds
        return text
    parts = split_url(text)
    is_web = parts.scheme in DEFAULT_PORTS and bool(parts.hostname)
    return text if is_web and not CONTROL.search(text) else None


def split_url(url: str) -> SplitResult:
    """Return the parts of a URL, all of them empty if it is invalid."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def ascii_host(name: str) -> str:
    """Return a host in lower-case ASCII (IDNA) without a trailing dot, IPv6 in brackets.

    Returns "" or raises ValueError for an invalid one.
    """
    name = unquote(name).lower()
    if len(name) > 255 or "%" in name:
        return ""
    if ":" in name:
        return f"[{ip_address(name).compressed}]"
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode("ascii")
    name = name.removesuffix(".")
    return name if HOST.fullmatch(name) else ""


def is_tracking(name: str) -> bool:
    """Check whether a query parameter only tracks where readers came from."""
    name = name.lower()
    return name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES)


def without_tracking(url: str) -> str:
    """Return a URL without tracking parameters in its query and fragment, as it is otherwise."""
    return without_parameters(url, lambda name, _: is_tracking(name))


def without_parameters(url: str, drops: Callable[[str, str], bool]) -> str:
    """Return a URL without the parameters (name, value) to drop, as it is otherwise."""
    base, *fragment = url.split("#", 1)
    page, *query = base.split("?", 1)
    kept = [page, "?", *(_without(part, drops) for part in query)] if query else [page]
    has_pairs = "=" in "".join(fragment)
    marks = [_without(mark, drops) for mark in fragment] if has_pairs else fragment
    url = "".join(kept).removesuffix("?" if "".join(query) else "")
    return "#".join([url, *(mark for mark in marks if mark or fragment == [""])])


def _without(query: str, drops: Callable[[str, str], bool]) -> str:
    split = [(pair, *pair.partition("=")[::2]) for pair in query.split("&")]
    return "&".join(
        pair
        for pair, name, value in split
        if not drops(unquote(name).removeprefix("amp;"), unquote(value))
    ).removeprefix("amp;")


def _path(path: str) -> str:
    """Remove dot segments (RFC 3986, section 5.2.4) and trailing slashes."""
    segments: list[str] = []
    for segment in percent_encode(path).split("/")[1:]:
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    return "".join(f"/{segment}" for segment in segments).rstrip("/")


def _query(query: str) -> str:
    """Drop tracking parameters and sort the others by name; equal names stay in order."""
    pairs = [
        percent_encode(pair.replace("+", "%20")) for pair in query.split("&") if pair.strip("=")
    ]
    named = [(unquote(pair.partition("=")[0]), pair) for pair in pairs]
    content = [(name, pair) for name, pair in named if not is_tracking(name)]
    return "&".join(pair for name, pair in sorted(content, key=lambda item: item[0]))


def percent_encode(text: str) -> str:
    """Normalize the percent-encoding of a path or query: only where needed, and in capitals."""
    text = re.sub("%([0-9A-Fa-f]{2})?", _escape, text)
    return quote(text, SAFE, errors="surrogatepass")


def _escape(match: re.Match[str]) -> str:
    if not match[1]:
        return "%25"
    character = chr(int(match[1], 16))
    return character if UNRESERVED.fullmatch(character) else match[0].upper()
