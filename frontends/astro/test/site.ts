// The sample site, behind a proxy that counts requests and can be cut off: `npm test` is run by
// `python -m tests.clients`, which starts the site.
import { once } from "node:events";
import { createServer, request as send } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export { control, SITE } from "../../../clients/typescript/test/site.ts";
import { SITE } from "../../../clients/typescript/test/site.ts";

export interface Logged {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
}

export type Fault = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

export const cutOff: Fault = (incoming) => incoming.socket.destroy();
export const hanging: Fault = () => undefined;
export const limited: Fault = (_, outgoing) => outgoing.writeHead(429, { "Retry-After": "20" }).end();

/** Passes requests on to the site, but for those to `faulty` paths. */
export class Proxy {
  fault: Fault = cutOff;
  faulty: RegExp | undefined;
  log: Logged[] = [];
  private readonly server = createServer((incoming, outgoing) => {
    const { method = "GET", url = "/", headers } = incoming;
    this.log.push({ method, path: url, headers });
    if (this.faulty?.test(url)) return this.fault(incoming, outgoing);
    const { host } = new URL(SITE);
    const passed = send(new URL(url, SITE), { method, headers: { ...headers, host } }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });

  /** Listen, at a free port unless it is known. */
  async start(port = 0): Promise<string> {
    this.server.listen(port, "127.0.0.1");
    await once(this.server, "listening");
    return `http://127.0.0.1:${portOf(this.server.address())}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Let requests to these paths go wrong while something is done. */
  async during<T>(faulty: RegExp, fault: Fault, act: () => Promise<T>): Promise<T> {
    [this.faulty, this.fault] = [faulty, fault];
    return await act().finally(() => (this.faulty = undefined));
  }

  /** Return the requests to the API since the last call. */
  take(): Logged[] {
    const { log } = this;
    this.log = [];
    return log;
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("The server does not listen.");
  return address.port;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server.address());
  server.close();
  await once(server, "close");
  return port;
}
