// Keeps the tokens of previews out of what this process logs, whatever logs it.
const TOKEN = /(preview(?:\/|%2f))[^\s/"'?#]+/gi;

for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array, ...others: []) =>
    write(typeof chunk === "string" ? chunk.replaceAll(TOKEN, "$1[token]") : chunk, ...others);
}
