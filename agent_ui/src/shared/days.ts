// Which day is it some days later, and when was something on the centre's clock?

export function addDays(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** A moment on the clock of the centre. */
export function momentIn(iso: string, zone: string): string {
  const options = { timeZone: zone, dateStyle: "medium", timeStyle: "medium" } as const;
  return new Intl.DateTimeFormat("en-GB", options).format(new Date(iso));
}
