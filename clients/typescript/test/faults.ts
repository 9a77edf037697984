// A proxy in a process of its own, which does what the site cannot be made to do: break connections,
// stay silent, be busy. It prints its port, and takes the faults of the next requests as JSON.
import { createServer, request as send } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

export type Fault = "none" | "reset" | "cut" | "silence" | { status: number; headers?: Record<string, string> };
export interface Logged {
  method: string | undefined;
  url: string;
  headers: IncomingMessage["headers"];
}

const target = new URL(process.env["DIGEST_SITE"] ?? "");
let faults: Fault[] = [];
let log: Logged[] = [];

function forward(incoming: IncomingMessage, outgoing: ServerResponse, isCut: boolean): void {
  const { method, url: path, headers } = incoming;
  const options = { host: target.hostname, port: target.port, method, path, headers };
  const request = send(options, (response) => {
    outgoing.writeHead(response.statusCode ?? 500, response.headers);
    if (isCut) {
      outgoing.write("{");
      setTimeout(() => outgoing.destroy(), 20);
    } else response.pipe(outgoing);
  });
  request.on("error", () => outgoing.destroy());
  incoming.pipe(request);
}

async function control(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (incoming.method === "POST") {
    faults = JSON.parse(await text(incoming));
    log = [];
  }
  outgoing.end(JSON.stringify(log));
}

const server = createServer((incoming, outgoing) => {
  const { method, url = "", headers } = incoming;
  if (url === "/proxy/") return void control(incoming, outgoing);
  log.push({ method, url, headers });
  const fault = faults.shift() ?? "none";
  if (fault === "reset") incoming.socket.destroy();
  else if (typeof fault === "object") outgoing.writeHead(fault.status, fault.headers).end("Busy");
  else if (fault !== "silence") forward(incoming, outgoing, fault === "cut");
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify(server.address())));
