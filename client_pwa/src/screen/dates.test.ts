// Beijing dates, whatever the phone is set to.

import { expect, test } from "vitest";
import { dateOf, dateTimeOf, dayInWords, daysUntil, elapsed, inQuietPeriod, plusDays, deadlineDoubt } from "./dates.ts";

const MIDNIGHT_BEIJING = Date.parse("2026-11-30T16:00:00Z");

test("a day begins at midnight in Beijing", () => {
  expect(dateOf(MIDNIGHT_BEIJING - 1)).toBe("2026-11-30");
  expect(dateTimeOf(MIDNIGHT_BEIJING)).toBe("2026-12-01 00:00");
});

test("adding days crosses months, years and leap days", () => {
  expect(plusDays("2026-12-20", 15)).toBe("2027-01-04");
  expect(plusDays("2028-02-28", 1)).toBe("2028-02-29");
});

test("days until a date are negative when it is past", () => {
  expect([daysUntil("2026-12-01", "2026-11-30"), daysUntil("2026-11-30", "2026-11-30"), daysUntil("2026-11-26", "2026-11-30")]).toEqual([1, 0, -4]);
});

test("the quiet period is days 1 to 15", () => {
  expect(["01", "15", "16", "31"].map((day) => inQuietPeriod(`2026-10-${day}`))).toEqual([true, true, false, false]);
});

test("elapsed time shows hours only when there are some", () => {
  expect([elapsed(0), elapsed(65_999), elapsed(3_725_000), elapsed(-5)]).toEqual(["00:00", "01:05", "1:02:05", "00:00"]);
});

test("a date in words is Chinese in zh", () => {
  expect(dayInWords("2026-11-23", "zh")).toBe("11月23日 周一");
  expect(dayInWords("2026-11-23", "en")).toMatch(/^Mon,? 23 Nov$/);
});

test("a deadline that is past or absurdly far is doubted", () => {
  const today = "2026-11-27";
  for (const [deadline, doubt] of [["", ""], ["2026-11-26", "past"], ["2026-11-27", ""], ["2027-11-27", ""], ["2028-01-01", "far"], ["9206-12-01", "far"]]) {
    expect([deadline, deadlineDoubt(deadline!, today)]).toEqual([deadline, doubt]);
  }
});
