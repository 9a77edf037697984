import { randomUUID } from "node:crypto";

import type { Frontend } from "./frontend.ts";
import { control } from "./site.ts";

export const NONCE = "a".repeat(32);

interface Webhook {
  type?: string;
  sequence?: number;
  id?: string;
  age?: number; // seconds
}

/** Return a webhook of the site, signed by the plugin. */
export async function webhook({ type = "content.changed", sequence = 0, id = randomUUID(), age = 0 }: Webhook) {
  const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data: { sequence } });
  const timestamp = Math.floor(Date.now() / 1000) - age;
  const { headers } = await control("sign", { text: body, timestamp, nonces: [NONCE], message: id });
  return { method: "POST", body, headers: { ...headers, "Content-Type": "application/json" } };
}

export async function secret(): Promise<string> {
  const { secrets } = await control("sign", { text: "", timestamp: 0, nonces: [NONCE] });
  return secrets.join(" ");
}

/** Send a webhook, and return the status of the response. */
export async function post(frontend: Frontend, options: Webhook = {}): Promise<number> {
  return (await frontend.get("/webhooks/", await webhook(options))).status;
}
