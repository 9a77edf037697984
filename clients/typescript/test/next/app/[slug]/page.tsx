import { notFound, permanentRedirect } from "next/navigation.js";

import { digest } from "../digest.ts";

interface Props {
  params: Promise<{ slug: string }>;
}

async function read(params: Props["params"]) {
  const { slug } = await params;
  const issue = (await digest.issue({ digest: "signals", slug })) ?? notFound();
  if (issue.slug !== slug) permanentRedirect(`/${issue.slug}`);
  return issue;
}

export async function generateMetadata({ params }: Props) {
  return { title: (await read(params)).title };
}

export default async function Page({ params }: Props) {
  return <h1>{(await read(params)).headline}</h1>;
}
