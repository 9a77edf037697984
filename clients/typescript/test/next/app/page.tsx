import { digest } from "./digest.ts";

export default async function Page() {
  const { results } = await digest.issues({ digest: "signals", limit: 100 }).page();
  return results.map(({ id, headline }) => <p key={id}>{headline}</p>);
}
