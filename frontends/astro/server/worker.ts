// Serves one build.
import { createServer } from "node:http";
import { resolve } from "node:path";

import { host, port } from "../src/environment.ts";
import { headers, isPreview, previewHeaders } from "./headers.ts";
import "./redaction.ts";
import { decodable, withSlash } from "./urls.ts";

process.env["ASTRO_NODE_AUTOSTART"] = "disabled";
const { handler } = await import(resolve(process.env["BUILD_FOLDER"] ?? "dist", "server/entry.mjs"));

const server = createServer((request, response) => {
  request.url = decodable(request.url ?? "/");
  for (const [name, value] of isPreview(request.url) ? previewHeaders : headers) response.setHeader(name, value);
  // Another worker has taken over: on this connection, readers would still see the old pages.
  if (!server.listening) response.setHeader("Connection", "close");
  const location = request.method === "POST" ? null : withSlash(request.url);
  if (location) response.writeHead(301, { Location: location }).end();
  else handler(request, response);
});
server.listen(port, host);
