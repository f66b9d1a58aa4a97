import { describe, expect, it } from 'vitest';
import { EventStreamParser } from './sse';

const stream =
  ': live\n\nevent: counters\nid: 17\ndata: {"totalScans": 1,\ndata: "ä": 2}\n\ndata:plain\r\n\r\nevent: nothing\n\nid: 18\rdata: last\r\r';
const events = [
  { event: 'counters', id: '17', data: '{"totalScans": 1,\n"ä": 2}' },
  { event: 'message', id: '17', data: 'plain' },
  { event: 'message', id: '18', data: 'last' },
];

describe('an event stream', () => {
  it('is read the same however it is cut', () => {
    for (let size = 1; size <= stream.length; size++) {
      const parser = new EventStreamParser();
      const read = [];
      for (let start = 0; start < stream.length; start += size) read.push(...parser.push(stream.slice(start, start + size)));
      // A CR at the very end may be half of a CRLF: the event is there with the next piece.
      read.push(...parser.push(': still here\n'));
      expect({ size, read }).toEqual({ size, read: events });
      expect(parser.lastId).toBe('18');
    }
  });

  it('gives no event before its empty line', () => {
    const parser = new EventStreamParser();
    expect(parser.push('data: half\n')).toEqual([]);
    expect(parser.push('\n')).toEqual([{ event: 'message', id: '', data: 'half' }]);
  });

  it('ignores a byte order mark, unknown fields and ids with NUL', () => {
    const parser = new EventStreamParser();
    expect(parser.push('\uFEFFid: a\0b\nretry: 5\nfoo: bar\ndata\n\n')).toEqual([{ event: 'message', id: '', data: '' }]);
  });
});
