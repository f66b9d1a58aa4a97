// Makes a screenshot small: at most 256 colours, chosen by median cut, which a page of text and lines does not show.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** A PNG with a palette from one with 8 bits per channel, as browsers write them. */
export function withPalette(png) {
  const { width, height, channels, pixels } = decode(png);
  const counts = new Map();
  for (let i = 0; i < pixels.length; i += channels) {
    const color = (pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2];
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }

  const palette = medianCut([...counts].map(([color, count]) => ({ color, count, rgb: [color >> 16, (color >> 8) & 255, color & 255] })), 256);
  const index = new Map([...counts.keys()].map((color) => [color, nearest(color, palette)]));
  const rows = Buffer.alloc((width + 1) * height); // each row begins with its filter: none
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += channels) rows[y * (width + 1) + 1 + x] = index.get((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
  }

  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('PLTE', Buffer.from(palette.flat())), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

function decode(png) {
  const parts = [];
  let header;
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = data;
    if (type === 'IDAT') parts.push(data);
    at += 12 + length;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (header[8] !== 8 || ![2, 6].includes(header[9]) || header[12] !== 0) throw new Error('Not a PNG as browsers write them.');
  const channels = header[9] === 6 ? 4 : 3;
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : pixels[y * stride + x - channels];
      const up = y === 0 ? 0 : pixels[(y - 1) * stride + x];
      const corner = x < channels || y === 0 ? 0 : pixels[(y - 1) * stride + x - channels];
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      pixels[y * stride + x] = raw[y * (stride + 1) + 1 + x] + predicted;
    }
  }
  return { width, height, channels, pixels };
}

function paeth(left, up, corner) {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function medianCut(colors, most) {
  let boxes = [colors];
  while (boxes.length < most) {
    // The box whose widest channel weighs most is cut next: rare shades far apart before common ones close together.
    const scored = boxes.map((box) => ({ box, ...widest(box) })).toSorted((a, b) => b.score - a.score);
    const [{ box, channel, score }] = scored;
    if (score === 0) break;
    const ordered = box.toSorted((a, b) => a.rgb[channel] - b.rgb[channel]);
    const middle = (ordered[0].rgb[channel] + ordered.at(-1).rgb[channel]) / 2;
    const cut = ordered.findIndex(({ rgb }) => rgb[channel] > middle);
    boxes = [...boxes.filter((other) => other !== box), ordered.slice(0, cut), ordered.slice(cut)];
  }
  // The commonest colour stands for its box, so that grounds and lines keep theirs exactly.
  return boxes.map((box) => box.reduce((top, one) => (one.count > top.count ? one : top)).rgb);
}

function widest(box) {
  const ranges = [0, 1, 2].map((channel) => {
    let [low, high] = [255, 0];
    for (const { rgb } of box) [low, high] = [Math.min(low, rgb[channel]), Math.max(high, rgb[channel])];
    return high - low;
  });
  const range = Math.max(...ranges);
  return { channel: ranges.indexOf(range), score: range * Math.log2(1 + box.reduce((sum, { count }) => sum + count, 0)) };
}

function nearest(color, palette) {
  const rgb = [color >> 16, (color >> 8) & 255, color & 255];
  let [best, distance] = [0, Infinity];
  palette.forEach((entry, index) => {
    const d = (entry[0] - rgb[0]) ** 2 + (entry[1] - rgb[1]) ** 2 + (entry[2] - rgb[2]) ** 2;
    if (d < distance) [best, distance] = [index, d];
  });
  return best;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body) >>> 0, body.length + 4);
  return framed;
}
