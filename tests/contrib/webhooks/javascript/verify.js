// Reads a list of {secret, headers, body} as JSON, and writes for each what `standardwebhooks` says:
// the type of the event, or why it refuses the request.

import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

function verify({ secret, headers, body }) {
  try {
    return new Webhook(secret).verify(body, headers).type;
  } catch (error) {
    return error.message;
  }
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(verify)));
