interface AnyBlock {
  type: string;
  id: string;
  value: unknown;
}

/** A function for each type of block. */
export type Handlers<B extends AnyBlock, Shown> = {
  [Type in B["type"]]: (value: Extract<B, { type: Type }>["value"], block: Extract<B, { type: Type }>) => Shown;
};

/**
 * Show each block of a body by the function for its type. A site may add types of blocks:
 * `otherwise` gets those that the types do not have.
 */
export function showBlocks<B extends AnyBlock, Shown, Other = Shown>(
  body: readonly B[],
  handlers: Handlers<B, Shown>,
  otherwise: (block: AnyBlock) => Other,
): (Shown | Other)[];
export function showBlocks(
  body: readonly AnyBlock[],
  handlers: Record<string, (value: unknown, block: AnyBlock) => unknown>,
  otherwise: (block: AnyBlock) => unknown,
): unknown[] {
  return body.map((block) => {
    const show = Object.hasOwn(handlers, block.type) ? handlers[block.type] : undefined;
    return show ? show(block.value, block) : otherwise(block);
  });
}

interface ImageLike {
  renditions: readonly { url: string; width: number; format: string }[];
}

/** Return the `srcset` of an image in one format; empty without an image. */
export function srcSet(image: ImageLike | null, format: "webp" | "jpeg"): string {
  const found = image?.renditions.filter((rendition) => rendition.format === format) ?? [];
  return found.map(({ url, width }) => `${url} ${width}w`).join(", ");
}

interface Reference {
  id: number;
}

interface Tagged extends Reference {
  digest?: Reference | null;
  previous?: Reference | null;
  next?: Reference | null;
  translations?: readonly Reference[];
}

/** Return the surrogate keys of an issue and of the pages that it shows, as `issue-13`. */
export function tagsOf({ id, digest, previous, next, translations = [] }: Tagged): string[] {
  const issues = [{ id }, previous, next, ...translations].filter((found) => found != null);
  return [...issues.map((issue) => `issue-${issue.id}`), ...(digest ? [`digest-${digest.id}`] : [])];
}
