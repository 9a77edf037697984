import type { components } from "./schema.js";

/** The problem details of an error (RFC 9457). */
export type Problem = components["schemas"]["Problem"];

/** Any error of the API but a 404 of a read, or that there was no response. */
export class DigestError extends Error {
  override readonly name = "DigestError";
  /** The HTTP status; 0 if there was no response. */
  readonly status: number;
  /** The problem details; null if the response had none. */
  readonly problem: Problem | null;

  constructor(message: string, status = 0, problem: Problem | null = null) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

/** Return the error of a response. Its message has no URL, since URLs may contain tokens. */
export function errorOf(response: Response, body: unknown): DigestError {
  const problem = isProblem(body) ? body : null;
  const text = problem ? `${problem.title}: ${problem.detail}` : response.statusText;
  const wrong = problem?.errors?.map((error) => `${error.parameter ?? error.pointer}: ${error.detail}`);
  const message = [`${response.status} ${text}`.trim(), ...(wrong ?? [])].join(" ");
  return new DigestError(message, response.status, problem);
}

export function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "title" in body && "detail" in body;
}
