import { digest } from "../digest.ts";

export default async function Page({ searchParams }: { searchParams: Promise<{ q: string }> }) {
  return <p>{(await digest.search((await searchParams).q))?.results.length}</p>;
}
