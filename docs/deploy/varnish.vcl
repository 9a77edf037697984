# Varnish 7 in front of a site with wagtail-digest. See "Varnish" in caches.md.
#
# What is kept, and for how long, the site says with CDN-Cache-Control or Cache-Control; nothing is
# kept of which it says nothing. One PURGE, which the site sends when something changes, drops all
# that is kept of a host.

vcl 4.1;

import std;

# The site: gunicorn on this machine, or somewhere inside.
backend default {
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 3s;
    .first_byte_timeout = 60s;
}

# Who may purge: the machines that the site runs on.
acl purgers {
    "127.0.0.1";
    "::1";
}

# Who ends TLS in front of Varnish and says so with X-Forwarded-Proto.
acl proxies {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    # One spelling of the host: small letters, without the port of HTTP and HTTPS.
    set req.http.Host = regsub(std.tolower(req.http.Host), ":(80|443)$", "");

    if (req.method == "PURGE" || req.method == "BAN") {
        call forget;
    }

    if (client.ip !~ proxies) {
        unset req.http.X-Forwarded-Proto;
    }
    unset req.http.X-Forwarded-Host;
    # Nobody's but ours.
    unset req.http.X-Kept-Host;
    unset req.http.Proxy;

    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # The editor's desk, previews, documents of which some are private, and probes.
    if (req.url ~ "^/(admin|preview|preview-userbar|api/v1/preview|documents|_util)(/|$)"
        || req.url ~ "^/(healthz|readyz)$") {
        return (pass);
    }

    if (req.url ~ "^/(api/v1|feeds|static|media)/" || req.url ~ "^/(sitemap[^/]*\.xml|llms\.txt)(\?|$)") {
        # The same for everybody: no cookie and no password is looked at.
        unset req.http.Cookie;
        unset req.http.Authorization;
        call prefer;
    } elseif (req.http.Authorization
        || req.http.Cookie ~ "(^|;\s*)(sessionid|csrftoken|messages|django_language)=") {
        return (pass);
    } else {
        # What is left are cookies of statistics, which no page depends on.
        unset req.http.Cookie;
    }
    set req.url = std.querysort(req.url);
    return (hash);
}

# Drops what is kept: of a host (PURGE), or of it what shows the pages of one key (BAN, with
# Surrogate-Key: issue-13).
sub forget {
    if (client.ip !~ purgers) {
        return (synth(405, "Not allowed"));
    }
    if (req.http.Host !~ "^[a-z0-9.:\[\]-]+$") {
        return (synth(400, "No host"));
    }
    if (req.method == "PURGE") {
        if (std.ban("obj.http.X-Kept-Host == " + req.http.Host)) {
            return (synth(200, "Purged"));
        }
    } elseif (req.http.Surrogate-Key ~ "^[a-z]+-[0-9]+$") {
        if (std.ban("obj.http.X-Kept-Host == " + req.http.Host
                + " && obj.http.Surrogate-Key ~ (^|\s)" + req.http.Surrogate-Key + "(\s|$)")) {
            return (synth(200, "Banned"));
        }
    } else {
        return (synth(400, "No Surrogate-Key"));
    }
    return (synth(500, std.ban_error()));
}

# One spelling of what most clients mean with Accept, so that they share one answer. Accept-Encoding
# needs none: Varnish keeps what is compressed, and unpacks it for who wants that.
sub prefer {
    if (!req.http.Accept) {
        set req.http.Accept = "application/json";
    } elseif (req.http.Accept !~ "text/markdown|text/\*|;\s*q=0(\.0*)?\s*(,|$)"
        && req.http.Accept ~ "application/(json|\*)|\*/\*|text/html") {
        set req.http.Accept = "application/json";
    }
}

sub vcl_hash {
    # Addresses in answers begin as the one that was asked for.
    hash_data(req.http.X-Forwarded-Proto);
}

sub vcl_backend_fetch {
    # Always whole answers: a 304 would keep headers of the answer before it.
    unset bereq.http.If-None-Match;
    unset bereq.http.If-Modified-Since;
}

sub vcl_backend_response {
    # While the site restarts, what is there is better than an error.
    if (beresp.status >= 500 && bereq.is_bgfetch) {
        return (abandon);
    }
    set beresp.http.X-Kept-Host = bereq.http.Host;
    set beresp.grace = 0s;

    if (beresp.http.Set-Cookie
        || beresp.http.Cache-Control ~ "(?i)private|no-store|no-cache"
        || beresp.http.Cache-Control !~ "(?i)(s-maxage|max-age)=[0-9]"
        || beresp.http.Vary ~ "\*"
        || beresp.status >= 500) {
        # Nobody waits for it: for a while, each request of this address is sent on at once.
        set beresp.uncacheable = true;
        set beresp.ttl = 30s;
        return (deliver);
    }
    # Seconds for caches that are purged (RFC 9213), else for anybody: s-maxage, or max-age, which
    # Varnish has read already.
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
    # What is kept for longer than browsers may keep it is as good as new to them; but shortly before
    # its end, when something that it shows expires, they may not keep it.
    if (resp.http.CDN-Cache-Control) {
        unset resp.http.Age;
        if (obj.ttl < 120s) {
            set resp.http.Cache-Control = "public, no-cache";
        }
    }
    if (obj.hits > 0) {
        set resp.http.X-Cache = "hit";
        # Of the request that the answer was made for.
        unset resp.http.X-Request-ID;
        unset resp.http.RateLimit;
        unset resp.http.RateLimit-Policy;
    } else {
        set resp.http.X-Cache = "miss";
    }
    unset resp.http.CDN-Cache-Control;
    unset resp.http.Surrogate-Key;
    unset resp.http.X-Kept-Host;
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
    set beresp.body = "The site does not answer. Try again in a moment.";
    return (deliver);
}
