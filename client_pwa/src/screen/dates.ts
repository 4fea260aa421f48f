// Times as people in China read them: always Asia/Shanghai (no daylight saving), whatever the
// phone is set to. Deadlines are dates; a date is over after 24:00 Beijing time.
// Pure: the clock is an argument.

const OFFSET_MS = 8 * 3600_000;
const DAY_MS = 86_400_000;

const pad = (value: number): string => String(value).padStart(2, "0");
const shifted = (atMs: number): Date => new Date(atMs + OFFSET_MS);

/** `YYYY-MM-DD` in Beijing at `atMs` (milliseconds since 1970). */
export const dateOf = (atMs: number): string => shifted(atMs).toISOString().slice(0, 10);

/** `HH:MM` in Beijing. */
export const timeOf = (atMs: number): string => shifted(atMs).toISOString().slice(11, 16);

/** `YYYY-MM-DD HH:MM` in Beijing. */
export const dateTimeOf = (atMs: number): string => `${dateOf(atMs)} ${timeOf(atMs)}`;

/** `date` (`YYYY-MM-DD`) plus whole days. */
export const plusDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** A date as people say it: `11月23日 周一`, `Mon 23 Nov`. */
export const dayInWords = (date: string, language: "zh" | "en"): string => {
  const form = { month: language === "zh" ? "long" : "short", day: "numeric", weekday: "short", timeZone: "UTC" } as const;
  const text = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", form).format(Date.parse(`${date}T00:00:00Z`));
  return text.replace("日周", "日 周");
};

/** Whole days from `today` until `date`; negative when it is past. */
export const daysUntil = (date: string, today: string): number =>
  Math.round((Date.parse(`${date}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY_MS);

/** Whether `date` falls into the quiet period (days 1 to 15 of a month). */
export const inQuietPeriod = (date: string): boolean => Number(date.slice(8, 10)) <= 15;

/** Elapsed time as `M:SS` or `H:MM:SS`. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const rest = `${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  return seconds < 3600 ? rest : `${Math.floor(seconds / 3600)}:${rest}`;
}

/** A deadline so far away that it is rather a slip of the pen, in days. */
const FAR_DAYS = 366;

/** What to say about a deadline (`YYYY-MM-DD`): it is past, it is more than a year away, or nothing. */
export const deadlineDoubt = (deadline: string, today: string): "past" | "far" | "" => {
  if (!deadline) return "";
  if (deadline < today) return "past";
  return daysUntil(deadline, today) > FAR_DAYS ? "far" : "";
};
