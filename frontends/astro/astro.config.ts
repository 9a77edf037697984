import node from "@astrojs/node";
import { defineConfig } from "astro/config";

import { port } from "./src/environment.ts";

export default defineConfig({
  adapter: node({ mode: "standalone", bodySizeLimit: 64 * 1024 }),
  // The server has a folder for each build.
  outDir: process.env["BUILD_FOLDER"] ?? "dist",
  cacheDir: `node_modules/.astro/${port}`, // the issues of the last build: two servers may have different sites
  security: { checkOrigin: false }, // behind a proxy with TLS it does not know its origin; see src/visitor.ts
  // The policy of server/headers.ts allows scripts and styles in files only.
  build: { inlineStylesheets: "never" },
  vite: { build: { assetsInlineLimit: 0 } },
});
