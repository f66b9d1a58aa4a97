/** An answer that is no success, or no answer at all, in words for people. */
export class Problem extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly detail: string | null;
  /** Seconds after which the server asks to try again. */
  readonly retryAfter: number | null;

  constructor(status: number, title: string, detail: string | null = null, retryAfter: number | null = null) {
    super(title);
    this.name = 'Problem';
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Reads RFC 9457 problem details; an answer without them gets words by its status. */
export async function problemOf(answer: Response): Promise<Problem> {
  const retryAfter = Number.parseInt(answer.headers.get('retry-after') ?? '', 10);
  let title = words(answer.status);
  let detail: string | null = null;
  try {
    const body: unknown = await answer.json();
    if (body && typeof body === 'object') {
      const { title: given, detail: more, errors } = body as { title?: unknown; detail?: unknown; errors?: unknown };
      if (typeof given === 'string' && given) title = given;
      detail = typeof more === 'string' && more ? more : fieldErrors(errors);
    }
  } catch {
    detail = null; // no JSON: the status has to do
  }
  return new Problem(answer.status, title, detail, Number.isNaN(retryAfter) ? null : retryAfter);
}

/** No answer came. */
export function unreachable(): Problem {
  return typeof navigator !== 'undefined' && navigator.onLine === false
    ? new Problem(0, 'You are offline.', 'The page goes on by itself when the connection is back.')
    : new Problem(0, 'The platform cannot be reached.', 'It may be starting, or the connection is broken.');
}

function fieldErrors(errors: unknown): string | null {
  if (!Array.isArray(errors)) return null;
  const lines = errors.flatMap((error: unknown) => {
    const { path, message } = (error ?? {}) as { path?: unknown; message?: unknown };
    return typeof message === 'string' ? [typeof path === 'string' ? `${path}: ${message}` : message] : [];
  });
  return lines.length > 0 ? lines.join(' ') : null;
}

function words(status: number): string {
  switch (status) {
    case 401:
      return 'You are not logged in.';
    case 403:
      return 'Your role may not see this.';
    case 404:
      return 'There is nothing here.';
    case 429:
      return 'Too many requests.';
    case 503:
      return 'A part of the platform is not available.';
    default:
      return status >= 500 ? 'The platform made an error.' : `The request was refused (${status}).`;
  }
}
