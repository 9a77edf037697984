/** Return a date for readers, as in “20 November 2026”. */
export function formatDay(day: string, locale: string): string {
  return format(day, locale, { day: "numeric", month: "long", year: "numeric" });
}

export function formatWeekday(day: string, locale: string): string {
  return format(day, locale, { weekday: "long" });
}

export function formatMonth(day: string, locale: string): string {
  return format(day, locale, { month: "long", year: "numeric" });
}

const formats = new Map<string, Intl.DateTimeFormat>(); // to make one takes longer than to use it

function format(day: string, locale: string, options: Intl.DateTimeFormatOptions): string {
  const language = locale === "en" ? "en-GB" : locale; // "en" alone is American for Intl
  const key = [language, ...Object.keys(options)].join();
  const found = formats.get(key) ?? new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
  formats.set(key, found);
  return found.format(new Date(day));
}
