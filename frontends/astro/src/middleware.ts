import { DigestError } from "digest-client";
import { defineMiddleware } from "astro:middleware";

import { previewHeaders } from "../server/headers";

const RETRY_AFTER = 30; // seconds

/** Complete the responses of pages that are rendered per request; without the site, say so. */
export const onRequest = defineMiddleware(async ({ isPrerendered, routePattern }, next) => {
  if (isPrerendered) return await next();
  const response = await next().catch(unavailable);
  const isPreview = routePattern.startsWith("/preview/");
  for (const [name, value] of isPreview ? previewHeaders : []) response.headers.set(name, value);
  return response;
});

/** The page of an error has to do without the site, and so without the layout. */
function unavailable(error: unknown): Response {
  const isOutage = error instanceof DigestError || (error instanceof Error && error.name === "TimeoutError");
  if (!isOutage) throw error;
  console.error(error.message);
  const headers = { "Content-Type": "text/html; charset=utf-8", "Retry-After": String(RETRY_AFTER) };
  const isLimited = error instanceof DigestError && error.status === 429;
  if (isLimited) return new Response(pageOf("Too many requests", LIMITED), { status: 429, headers });
  return new Response(pageOf("Not available for the moment", OUTAGE), { status: 503, headers });
}

const LIMITED = "Too many requests came from your network. Please try again in half a minute.";
const OUTAGE = "This page needs the site behind it, which cannot be reached. Please try again in half a minute.";

const pageOf = (title: string, text: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>${title}</title>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      <p>${text}</p>
      <p><a href="/">All other pages</a> are here.</p>
    </main>
  </body>
</html>
`;
