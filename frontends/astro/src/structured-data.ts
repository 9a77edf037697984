// Structured data of pages other than issues, whose own is in the API (https://schema.org).
import type { Site } from "./digest";

interface Step {
  name: string;
  url: string;
}

/** Return the way from the front page to a page. */
export function breadcrumbs(site: Site, ...steps: Step[]) {
  const all = [{ name: site.name, url: `${site.root_url}/` }, ...steps];
  return {
    "@context": "https://schema.org",
    "@type": "BreadcrumbList",
    itemListElement: all.map(({ name, url }, index) => ({ "@type": "ListItem", position: index + 1, name, item: url })),
  };
}

/** Return the site, with its search. */
export function website(site: Site) {
  return {
    "@context": "https://schema.org",
    "@type": "WebSite",
    name: site.name,
    url: `${site.root_url}/`,
    inLanguage: site.locale,
    ...(site.search_url && {
      potentialAction: {
        "@type": "SearchAction",
        target: { "@type": "EntryPoint", urlTemplate: `${site.root_url}/search/?q={search_term_string}` },
        "query-input": "required name=search_term_string",
      },
    }),
  };
}
