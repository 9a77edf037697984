import { DigestError } from "digest-client";

import { getDigest, inTime } from "./digest";
import { isCrossSite } from "./visitor";

/** Why a form is shown again. */
export interface Rejection {
  status: number;
  message: string;
  typed?: string;
}

/** Sign the sender of a form up, from this IP address; the site counts the forms of each. */
export async function signUp(request: Request, digest: string, address: string): Promise<Rejection | null> {
  if (isCrossSite(request)) return { status: 403, message: "Your browser sent the form from another site. Send it from here." };
  const form = await request.formData().catch(() => null);
  if (!form) return { status: 400, message: "The form did not arrive as it was sent. Send it again." };
  const [email, website] = [textOf(form, "email"), textOf(form, "website")];
  try {
    await (await getDigest(address)).subscribe({ digest, email, website }, inTime());
    return null;
  } catch (error) {
    return rejectionOf(error, email);
  }
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.slice(0, 255) : "";
}

function rejectionOf(error: unknown, typed: string): Rejection {
  if (!(error instanceof DigestError)) throw error;
  const wrong = error.problem?.errors?.find(({ pointer }) => pointer === "/email");
  if (wrong) return { status: 400, message: wrong.detail, typed };
  if (error.status !== 429) throw error;
  return { status: 429, message: "Too many requests came from your network. Try again later.", typed };
}
