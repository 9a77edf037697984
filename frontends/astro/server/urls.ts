/** Return a URL whose percent-encoding is right. What was not is taken as it is written: it is not found. */
export function decodable(url: string): string {
  const repaired = url.replaceAll(/%(?![0-9a-f]{2})/gi, "%25");
  try {
    decodeURI(repaired);
    return repaired;
  } catch {
    return repaired.replaceAll("%", "%25");
  }
}

/** Return the URL with the slash at its end that those of pages have, or null if it has one or is of a file. */
export function withSlash(url: string): string | null {
  const [path = "", ...query] = url.split("?");
  // Two slashes would lead to another host.
  return /^(\/[^./\\]+)+$/.test(path) ? [`${path}/`, ...query].join("?") : null;
}
