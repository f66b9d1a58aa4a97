/** How far this machine's clock is behind the server's, in milliseconds; small differences are the network's. */
let behind = 0;

const tolerance = 30_000;

/** Learns from an answer's `Date` header. */
export function observeServerTime(date: string | null): void {
  const server = date ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(server)) return;
  const difference = server - Date.now();
  behind = Math.abs(difference) > tolerance ? difference : 0;
}

/** The server's time, also where this machine's clock is wrong. */
export function now(): number {
  return Date.now() + behind;
}
