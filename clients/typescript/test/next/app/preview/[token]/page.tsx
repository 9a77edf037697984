import { digest } from "../../digest.ts";

export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  return <h1>{(await digest.preview((await params).token))?.title}</h1>;
}
