import { cms } from "../src/environment.ts";

const giscus = "https://giscus.app"; // loaded when a reader asks for a discussion

/** Allow scripts and styles in files of this frontend and of `other`, and images of the site. */
function policyWith(other: string, framedBy: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${other}`,
    `style-src 'self' ${other}`,
    `img-src 'self' ${cms}`,
    `connect-src 'self' ${cms}`,
    `frame-src ${giscus}`,
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${framedBy}`,
  ].join("; ");
}

/** Browsers ask at each visit whether a page is still the same: what was unpublished is gone at once. */
export const headers = new Map([
  ["Cache-Control", "no-cache"],
  ["Content-Security-Policy", policyWith(giscus, "'none'")],
  ["Referrer-Policy", "strict-origin-when-cross-origin"],
  ["X-Content-Type-Options", "nosniff"],
]);

/** The admin shows a preview in a frame, with a script of its own. */
export const previewPolicy = policyWith(`${cms}/static/`, cms);

/** A preview has a secret URL, and is for one person and one moment. */
export const previewHeaders = new Map([
  ["Cache-Control", "private, no-store"],
  ["Content-Security-Policy", previewPolicy],
  ["Referrer-Policy", "no-referrer"],
  ["X-Robots-Tag", "noindex, nofollow"],
]);

/** Return whether the path of a URL is that of a preview, also without the slash at its end. */
export function isPreview(url: string): boolean {
  return /^\/+preview(\/|$)/.test(decodeURI(url.replace(/[?#].*$/, "")));
}
