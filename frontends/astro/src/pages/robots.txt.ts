import type { APIRoute } from "astro";

import { getSite } from "../digest";

export const GET: APIRoute = async () => {
  const { sitemap_url } = await getSite();
  return new Response(`User-agent: *\nAllow: /\n\nSitemap: ${sitemap_url}\n`);
};
