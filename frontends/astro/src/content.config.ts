import { defineCollection } from "astro:content";
import { z } from "astro/zod";
import { issueLoader } from "digest-client/astro";
import type { LoadedIssue } from "digest-client/astro";

import { getOptions } from "./digest";

const fields = ["seo"] as const;
export type Issue = LoadedIssue<(typeof fields)[number]>;

export const collections = {
  issues: defineCollection({
    loader: issueLoader({ ...(await getOptions()), fields }),
    schema: z.custom<Issue>(),
  }),
};
