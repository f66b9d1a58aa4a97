import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Kills a resource's processes of a native stack, found by the records that its host keeps in the data directory; the host starts it again. Returns how many. */
export function kill(dataDirectory: string, resource: string): number {
  const leaders = readdirSync(dataDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.endsWith('/records'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').trim().split(' '))
    .filter((record) => record.length === 4 && record[3] === resource)
    .map((record) => Number(record[0]));
  const members = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => leaders.includes(sessionOf(pid)));
  for (const pid of members) process.kill(pid, 'SIGKILL');
  return members.length;
}

function sessionOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
  } catch {
    return -1; // it ended while we looked
  }
}
