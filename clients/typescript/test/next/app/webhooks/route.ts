import { webhookRoute } from "digest-client/next";

export const POST = webhookRoute(process.env["DIGEST_WEBHOOK_SECRET"] ?? "");
