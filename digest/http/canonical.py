"""One spelling for the addresses that mean one page on the web."""

import re
from ipaddress import ip_address
from urllib.parse import quote, unquote, urlsplit

import idna

DEFAULT_PORTS = {"http": 80, "https": 443}

# Parameters that say where a reader came from, and nothing of the page. A name that some sites
# address content with (``ref`` names a branch, ``id``, ``p``, ``s``) is not among them.
TRACKING = {
    "_branch_match_id",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "_openstat",
    "dclid",
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
    "li_fat_id",
    "mkt_tok",
    "ml_subscriber",
    "ml_subscriber_hash",
    "msclkid",
    "oly_anon_id",
    "oly_enc_id",
    "pk_campaign",
    "pk_kwd",
    "ref_src",
    "ref_url",
    "s_cid",
    "ttclid",
    "twclid",
    "vero_conv",
    "vero_id",
    "wbraid",
    "wickedid",
    "wt_mc",
    "yclid",
}
TRACKING_PREFIXES = ("utm_", "mc_", "mtm_", "hsa_")

HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
WWW = re.compile(r"^(?:www\.)+(?=[^.]+\.)")
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
# What may stand as it is in a path and in a query (RFC 3986); "%" is looked after before.
SAFE = "%/:@!$&'()*+,;=~?"


def canonical_url(url: str | None) -> str:
    """The spelling under which a cited address is known: two that differ in scheme, ``www.``,
    tracking parameters, the order of parameters, fragment or a slash at the end have one.

    It is its own canonical spelling. Empty for what is no address on the web; raises nothing.
    """
    try:
        parts = urlsplit((url or "").strip())
        host, port = WWW.sub("", ascii_host(parts.hostname or "")), parts.port
    except ValueError:  # idna.IDNAError is one
        return ""
    # Browsers take a backslash for a slash, so what is behind it is no host.
    if parts.scheme not in DEFAULT_PORTS or not host or "\\" in parts.netloc:
        return ""
    place = host if port in (None, *DEFAULT_PORTS.values()) else f"{host}:{port}"
    query, fragment = _query(parts.query), parts.fragment
    end = f"?{query}" if query else ""
    if fragment.startswith("!"):  # names a page of a site made by scripts
        end += f"#{encoded(fragment)}"
    return f"https://{place}{_path(parts.path)}{end}"


def ascii_host(name: str) -> str:
    """A host in ASCII, lower case and without a dot at the end; IPv6 in brackets. Empty, or
    ValueError, for what is none."""
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
    """Whether a parameter says where a reader came from, and nothing of the page."""
    name = name.lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _path(path: str) -> str:
    """The path without ``.`` and ``..``, and without slashes at its end."""
    kept: list[str] = []
    for part in encoded(path).split("/")[1:]:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    return "".join(f"/{part}" for part in kept).rstrip("/")


def _query(query: str) -> str:
    """The parameters that are about the page, by name; those of one name in their own order."""
    pairs = [encoded(pair.replace("+", "%20")) for pair in query.split("&") if pair.strip("=")]
    named = [(unquote(pair.partition("=")[0]), pair) for pair in pairs]
    kept = [(name, pair) for name, pair in named if not is_tracking(name)]
    return "&".join(pair for name, pair in sorted(kept, key=lambda item: item[0]))


def encoded(text: str) -> str:
    """Percent-encoding of a path or a query in one way: what needs none has none, and the rest is
    in capitals."""
    text = re.sub("%([0-9A-Fa-f]{2})?", _escape, text)
    return quote(text, SAFE, errors="surrogatepass")


def _escape(found: re.Match[str]) -> str:
    if not found[1]:
        return "%25"
    character = chr(int(found[1], 16))
    return character if UNRESERVED.fullmatch(character) else found[0].upper()
