/** One event of a `text/event-stream`. */
export type ServerEvent = { event: string; data: string; id: string };

/**
 * Reads an event stream piece by piece, however it is cut (HTML standard, section 9.2.6): CR, LF and CRLF end lines, comments are left out,
 * an event without data is none. `push` returns the events that the piece completed.
 */
export class EventStreamParser {
  private rest = '';
  private event = '';
  private data: string[] = [];
  private idBuffer = '';
  private id = '';
  private isFirst = true;

  push(piece: string): ServerEvent[] {
    let text = this.rest + piece;
    if (this.isFirst && text) {
      if (text.startsWith('\uFEFF')) text = text.slice(1);
      this.isFirst = false;
    }

    const events: ServerEvent[] = [];
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const character = text[i];
      if (character !== '\n' && character !== '\r') continue;
      // The LF of this CR may be in the next piece.
      if (character === '\r' && i === text.length - 1) break;
      const event = this.line(text.slice(start, i));
      if (event) events.push(event);
      if (character === '\r' && text[i + 1] === '\n') i++;
      start = i + 1;
    }
    this.rest = text.slice(start);
    return events;
  }

  /** The id of the last event that was complete, for `Last-Event-ID`. */
  get lastId(): string {
    return this.id;
  }

  private line(line: string): ServerEvent | null {
    if (line === '') return this.dispatch();
    if (line.startsWith(':')) return null;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'event') this.event = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.idBuffer = value;
    return null;
  }

  private dispatch(): ServerEvent | null {
    this.id = this.idBuffer;
    const event = this.data.length > 0 ? { event: this.event || 'message', data: this.data.join('\n'), id: this.id } : null;
    this.event = '';
    this.data = [];
    return event;
  }
}
