/** Return the keys of secrets of webhooks, which are in a list or separated by spaces. */
export function keysOf(secrets: string | readonly string[]): Uint8Array<ArrayBuffer>[] {
  return [secrets].flat().join(" ").split(/\s+/).filter(Boolean).map(keyOf);
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  const key = decode(secret.replace(/^whsec_/, ""));
  if (!key?.length) throw new TypeError("A secret of webhooks is not valid: it is whsec_ and Base64.");
  return key;
}

export function decode(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
