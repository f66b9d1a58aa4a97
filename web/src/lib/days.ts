/** A calendar day without a zone, `2025-11-22`. Days are compared as text. */
export type Day = string;

const length = 86_400_000;

const utc = (day: Day): number => Date.parse(`${day}T00:00:00Z`);

/** Whether the text names a day that exists. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utc(text)) && addDays(text, 0) === text;
}

export function addDays(day: Day, days: number): Day {
  return new Date(utc(day) + days * length).toISOString().slice(0, 10);
}

/** Number of days in [from, to], both inclusive. */
export function countDays(from: Day, to: Day): number {
  return Math.round((utc(to) - utc(from)) / length) + 1;
}

export function daysBetween(from: Day, to: Day): Day[] {
  return Array.from({ length: Math.max(0, countDays(from, to)) }, (_, index) => addDays(from, index));
}

export function firstOfMonth(day: Day): Day {
  return `${day.slice(0, 7)}-01`;
}

/** First day of the month that lies `months` away. */
export function addMonths(day: Day, months: number): Day {
  const date = new Date(utc(firstOfMonth(day)));
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().slice(0, 10);
}

/** Monday is 1, Sunday 7, as in ISO 8601. */
export function weekday(day: Day): number {
  return new Date(utc(day)).getUTCDay() || 7;
}
