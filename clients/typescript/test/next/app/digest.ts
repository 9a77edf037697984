import { createDigest } from "digest-client";
import { nextFetch } from "digest-client/next";

export const digest = createDigest({ baseUrl: process.env["DIGEST_API"] ?? "http://127.0.0.1:8000/api/v1/", fetch: nextFetch });
