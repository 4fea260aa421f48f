// Which screen must come before the one asked for: a real browser before any evidence, then
// login, then the PIN. An expired token turns nobody away: work goes on, only sending pauses.

import { session } from "./session.ts";

/** WeChat's browser loses storage and refuses cameras: hand over before anything is recorded. */
export const isWeChat = (agent: string): boolean => /MicroMessenger/i.test(agent);

/** The path to go to instead of `path`, or "" to let it through. */
export function gate(path: string, open: boolean): string {
  if (isWeChat(navigator.userAgent)) return path === "/wechat" ? "" : "/wechat";
  const person = session();
  if (open) return path === "/unlock" && !person?.locked ? "/" : "";
  if (!person) return "/login";
  if (person.locked) return "/unlock";
  return "";
}
