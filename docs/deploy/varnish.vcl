# Varnish 7 in front of a site with wagtail-digest. See "Varnish" in caches.md.
#
# The site's CDN-Cache-Control, or else Cache-Control, decides what is cached and for how long;
# without either, nothing is. When content changes, the site sends one PURGE, which removes all
# cached responses of a host.

vcl 4.1;

import std;

# The site: gunicorn, on this machine or elsewhere in the private network.
backend default {
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 3s;
    .first_byte_timeout = 60s;
}

# Clients that may purge: the machines that the site runs on.
acl purgers {
    "127.0.0.1";
    "::1";
}

# Proxies that terminate TLS in front of Varnish, and so may set X-Forwarded-Proto.
acl proxies {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    # Normalise the host: lower case, without the default ports of HTTP and HTTPS.
    set req.http.Host = regsub(std.tolower(req.http.Host), ":(80|443)$", "");

    if (req.method == "PURGE" || req.method == "BAN") {
        call purge_or_ban;
    }

    if (client.ip !~ proxies) {
        unset req.http.X-Forwarded-Proto;
    }
    unset req.http.X-Forwarded-Host;
    # Set by this file only.
    unset req.http.X-Cached-Host;
    unset req.http.Proxy;

    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # The admin, previews, the newsletter, documents, some of which are private, and health checks.
    if (req.url ~ "^/(admin|newsletter|preview|preview-userbar|documents|_util)(/|$)"
        || req.url ~ "^/api/v1/(confirmations|preferences|preview|unsubscriptions)(/|$)"
        || req.url ~ "^/(healthz|readyz)$") {
        return (pass);
    }

    if (req.url ~ "^/(api/v1|feeds|static|media)/" || req.url ~ "^/(sitemap[^/]*\.xml|llms\.txt)(\?|$)") {
        # Public responses, which depend on neither cookies nor Authorization.
        unset req.http.Cookie;
        unset req.http.Authorization;
        call normalise_accept;
    } elseif (req.http.Authorization
        || req.http.Cookie ~ "(^|;\s*)(sessionid|csrftoken|messages|django_language)=") {
        return (pass);
    } else {
        # Any other cookies, such as those of analytics, make no difference to a page.
        unset req.http.Cookie;
    }
    set req.url = std.querysort(req.url);
    return (hash);
}

# Remove the cached responses of a host (PURGE), or those of them that have a key (BAN with, for
# example, Surrogate-Key: issue-13).
sub purge_or_ban {
    if (client.ip !~ purgers) {
        return (synth(405, "Not allowed"));
    }
    if (req.http.Host !~ "^[a-z0-9.:\[\]-]+$") {
        return (synth(400, "No host"));
    }
    if (req.method == "PURGE") {
        if (std.ban("obj.http.X-Cached-Host == " + req.http.Host)) {
            return (synth(200, "Purged"));
        }
    } elseif (req.http.Surrogate-Key ~ "^[a-z]+-[0-9]+$") {
        if (std.ban("obj.http.X-Cached-Host == " + req.http.Host
                + " && obj.http.Surrogate-Key ~ (^|\s)" + req.http.Surrogate-Key + "(\s|$)")) {
            return (synth(200, "Banned"));
        }
    } else {
        return (synth(400, "No Surrogate-Key"));
    }
    return (synth(500, std.ban_error()));
}

# Most clients mean the same with different values of Accept; with one value they share a cached
# response. Accept-Encoding needs no such step: Varnish caches the compressed response, and
# decompresses it for clients that do not accept gzip.
sub normalise_accept {
    if (!req.http.Accept) {
        set req.http.Accept = "application/json";
    } elseif (req.http.Accept !~ "text/markdown|text/\*|;\s*q=0(\.0*)?\s*(,|$)"
        && req.http.Accept ~ "application/(json|\*)|\*/\*|text/html") {
        set req.http.Accept = "application/json";
    }
}

sub vcl_hash {
    # URLs in responses have the scheme of the request.
    hash_data(req.http.X-Forwarded-Proto);
}

sub vcl_backend_fetch {
    # Always fetch a full response: after a 304, Varnish would keep headers of the previous one.
    unset bereq.http.If-None-Match;
    unset bereq.http.If-Modified-Since;
}

sub vcl_backend_response {
    # While the site restarts, a stale response is better than an error.
    if (beresp.status >= 500 && bereq.is_bgfetch) {
        return (abandon);
    }
    set beresp.http.X-Cached-Host = bereq.http.Host;
    set beresp.grace = 0s;

    if (beresp.http.Set-Cookie
        || beresp.http.Cache-Control ~ "(?i)private|no-store|no-cache"
        || beresp.http.Cache-Control !~ "(?i)(s-maxage|max-age)=[0-9]"
        || beresp.http.Vary ~ "\*"
        || beresp.status >= 500) {
        # Hit-for-miss: for 30 s, requests for this URL go to the site at once instead of queuing.
        set beresp.uncacheable = true;
        set beresp.ttl = 30s;
        return (deliver);
    }
    # CDN-Cache-Control (RFC 9213) is for caches that are purged. Without it the TTL stays as Varnish
    # has set it from s-maxage or max-age.
    if (beresp.http.CDN-Cache-Control ~ "max-age=[0-9]") {
        set beresp.ttl = std.duration(
            regsub(beresp.http.CDN-Cache-Control, "^.*max-age=([0-9]+).*$", "\1") + "s", 0s);
        call revalidate_by_cdn;
    } elseif (beresp.http.Cache-Control ~ "stale-while-revalidate=[0-9]") {
        set beresp.grace = std.duration(
            regsub(beresp.http.Cache-Control, "^.*stale-while-revalidate=([0-9]+).*$", "\1") + "s", 0s);
    }
    return (deliver);
}

sub revalidate_by_cdn {
    if (beresp.http.CDN-Cache-Control ~ "stale-while-revalidate=[0-9]") {
        set beresp.grace = std.duration(
            regsub(beresp.http.CDN-Cache-Control, "^.*stale-while-revalidate=([0-9]+).*$", "\1") + "s", 0s);
    }
}

sub vcl_deliver {
    # Varnish may store a response for longer than browsers may. Since it is purged on change, the
    # response is current, so browsers may count from now (no Age). Shortly before the TTL ends,
    # because content that the response shows expires, browsers must revalidate.
    if (resp.http.CDN-Cache-Control) {
        unset resp.http.Age;
        if (obj.ttl < 120s) {
            set resp.http.Cache-Control = "public, no-cache";
        }
    }
    if (obj.hits > 0) {
        set resp.http.X-Cache = "hit";
        # These belong to the request for which the response was rendered.
        unset resp.http.X-Request-ID;
        unset resp.http.RateLimit;
        unset resp.http.RateLimit-Policy;
    } else {
        set resp.http.X-Cache = "miss";
    }
    unset resp.http.CDN-Cache-Control;
    unset resp.http.Surrogate-Key;
    unset resp.http.X-Cached-Host;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
}

sub vcl_synth {
    set resp.http.Content-Type = "text/plain; charset=utf-8";
    set resp.http.Cache-Control = "no-store";
    set resp.body = resp.reason;
    return (deliver);
}

sub vcl_backend_error {
    set beresp.http.Content-Type = "text/plain; charset=utf-8";
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Retry-After = "5";
    set beresp.body = "The site does not respond. Try again in a moment.";
    return (deliver);
}
