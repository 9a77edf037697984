// Prints, as JSON, which features of an HTML file which mail programs do not support.
import { readFileSync } from 'node:fs';
import { caniemail } from 'caniemail';

const html = readFileSync(process.argv[2], 'utf8');
const { issues } = caniemail({ clients: ['gmail.*', 'outlook.*', 'apple-mail.*'], html });
const found = {};
for (const [client, features] of issues.errors) {
  for (const { title } of features) {
    (found[title] ??= new Set()).add(client);
  }
}
console.log(JSON.stringify(found, (_, value) => (value instanceof Set ? [...value] : value)));
