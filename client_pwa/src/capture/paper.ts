// The form of a rendered document: self-contained HTML without script, the same bytes for the same
// facts. The style is part of what is signed. Pure.

const STYLE = `
body{font:18px/1.7 "FangSong","STFangsong","Noto Serif CJK SC",serif;color:#000;background:#fff;margin:24px auto;max-width:720px;padding:0 16px;overflow-wrap:anywhere}
h1{font-size:26px;text-align:center;margin:0 0 16px}
h2{font-size:20px;margin:24px 0 8px}
dl{margin:0}dt{font-weight:bold}dd{margin:0 0 8px}
ol{padding-left:0;list-style:none}li.finding{border-top:1px solid #000;padding:12px 0}
ul.photos{font-size:16px;padding-left:1.2em}
.number{font-weight:bold;font-size:22px}
.small{font-size:16px}
`.trim();

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char]!);
/** Text with its line breaks; an empty one is a visible blank. */
export const lines = (text: string): string => (text === "" ? "/" : escape(text).replaceAll("\n", "<br>"));

export const paper = (title: string, body: string): string =>
  `<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
  `<title>${escape(title)}</title><style>${STYLE}</style></head>\n<body>\n<h1>${escape(title)}</h1>\n${body}\n</body></html>\n`;

export const facts = (rows: readonly (readonly [string, string])[]): string =>
  `<dl>\n${rows.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${lines(value)}</dd>`).join("\n")}\n</dl>`;

export const section = (title: string, body: string): string => `<h2>${escape(title)}</h2>\n${body}`;

const BEIJING_MS = 8 * 3_600_000;
/** `2026年11月22日 09时05分`, Beijing time. */
export function minuteOf(atMs: number): string {
  const [date, time] = new Date(atMs + BEIJING_MS).toISOString().split("T") as [string, string];
  return `${dayOf(date)} ${time.slice(0, 2)}时${time.slice(3, 5)}分`;
}
/** `09时05分`, Beijing time. */
export const clockOf = (atMs: number): string => minuteOf(atMs).split(" ")[1]!;
/** `2026年11月22日` from `2026-11-22`. */
export function dayOf(date: string): string {
  const [year, month, day] = date.split("-").map(Number);
  return `${year}年${month}月${day}日`;
}
