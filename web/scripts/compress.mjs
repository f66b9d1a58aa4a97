// Puts a .br and a .gz beside every built text file, for the gateway to serve as they are; says what the first page loads.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
const files = (await readdir(dist, { recursive: true })).filter((file) => /\.(html|js|css|svg|json)$/.test(file));
const sizes = new Map();
for (const file of files) {
  const bytes = await readFile(join(dist, file));
  const gzip = gzipSync(bytes, { level: 9 });
  sizes.set(file, gzip.length);
  if (bytes.length < 1024) continue;
  await writeFile(join(dist, `${file}.gz`), gzip);
  await writeFile(join(dist, `${file}.br`), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
}

const html = await readFile(join(dist, 'index.html'), 'utf8');
const first = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]);
const initial = first.reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
const limit = 200_000;
console.log(`Initial JavaScript: ${(initial / 1000).toFixed(1)} kB gzip in ${first.length} file(s), of ${limit / 1000} kB allowed`);
if (initial > limit) {
  console.error('The first page loads too much: load later what it does not need at once.');
  process.exit(1);
}
