// Icons as inline SVG: one stroke, currentColor, 24 × 24, so they need no font and no request.
// An icon is always decoration (aria-hidden): the word beside it, or the button's label, says it.

import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";

const path = (...lines: readonly string[]): SVGTemplateResult => svg`${lines.map((d) => svg`<path d=${d} />`)}`;
const circle = (x: number, y: number, r: number): SVGTemplateResult => svg`<circle cx=${x} cy=${y} r=${r} />`;

const ICONS = {
  back: path("M15 5l-7 7 7 7"),
  next: path("M9 5l7 7-7 7"),
  close: path("M6 6l12 12M18 6L6 18"),
  check: path("M5 12.5l4.5 4.5L19 7.5"),
  plus: path("M12 5v14M5 12h14"),
  minus: path("M5 12h14"),
  camera: svg`${path("M4 8h3.2l1.6-2.5h6.4L16.8 8H20v11H4z")}${circle(12, 13, 3.6)}`,
  burst: svg`${path("M7 4h13v11M3 8h13v12H3z")}${circle(9.5, 14, 2.8)}`,
  album: svg`${path("M4 5h16v14H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 5")}${circle(15.5, 9, 1.4)}`,
  hazard: path("M12 4l9 16H3zM12 10v4.5M12 17v.5"),
  sign: path("M4 20h16M5 15.5L15.5 5l3 3L8 18.5l-4 .8z"),
  order: path("M6 3.5h9l4 4V20.5H6zM9 11h6M9 15h6M14.5 3.5V8H19"),
  print: path("M7 8V3.5h10V8M7 17H4V8h16v9h-3M7 13.5h10v7H7z"),
  recheck: path("M20 5v5h-5M4 19v-5h5M19.2 10A7.5 7.5 0 0 0 6 7M4.8 14A7.5 7.5 0 0 0 18 17"),
  search: svg`${circle(11, 11, 6)}${path("M15.5 15.5L20 20")}`,
  person: svg`${circle(12, 8, 3.6)}${path("M4.5 20c1-4 4-6 7.5-6s6.5 2 7.5 6")}`,
  people: svg`${circle(9, 8.5, 3.2)}${path("M2.5 19.5c.8-3.6 3.4-5.4 6.5-5.4s5.7 1.8 6.5 5.4M15.5 5.6a3.2 3.2 0 0 1 0 5.8M18 14.6c1.8.8 3 2.4 3.5 4.9")}`,
  building: path("M5 20.5V4h9v16.5M14 9.5h5v11M3 20.5h18M8 8h3M8 12h3M8 16h3"),
  clock: svg`${circle(12, 12, 8)}${path("M12 7.5V12l3 2")}`,
  calendar: path("M4 6h16v14H4zM4 10.5h16M8.5 3.5V8M15.5 3.5V8"),
  place: svg`${path("M12 21c4.5-5 6.5-8 6.5-11a6.5 6.5 0 0 0-13 0c0 3 2 6 6.5 11z")}${circle(12, 10, 2.3)}`,
  phone: path("M7 3h10v18H7zM11 18h2"),
  shield: path("M12 3.5l7.5 2.8v5.5c0 4.2-3 7.3-7.5 8.9-4.5-1.6-7.5-4.7-7.5-8.9V6.3z"),
  sealed: path("M12 3.5l7.5 2.8v5.5c0 4.2-3 7.3-7.5 8.9-4.5-1.6-7.5-4.7-7.5-8.9V6.3zM8.5 12l2.5 2.5 4.5-5"),
  cloud: path("M7 18.5a4 4 0 0 1-.4-8 5.5 5.5 0 0 1 10.6 1.2 3.5 3.5 0 0 1-.4 6.8z"),
  upload: path("M12 19V6M6.5 11L12 5.5 17.5 11M5 21h14"),
  download: path("M12 4v12.5M6.5 11.5L12 17l5.5-5.5M5 21h14"),
  offline: path("M7 18.5a4 4 0 0 1-.4-8 5.5 5.5 0 0 1 2-2.6M11.5 7.2a5.5 5.5 0 0 1 5.7 4.5 3.5 3.5 0 0 1 2 5M4 4l16 16"),
  record: svg`${circle(12, 12, 8)}<circle cx="12" cy="12" r="3.2" fill="currentColor" />`,
  stop: path("M7 7h10v10H7z"),
  settings: path("M4 7h9M17 7h3M4 17h3M11 17h9M13 4.8v4.4h4V4.8zM7 14.8v4.4h4v-4.4z"),
  info: svg`${circle(12, 12, 8)}${path("M12 11v5M12 8v.4")}`,
  attention: svg`${circle(12, 12, 8)}${path("M12 7.5v5.5M12 16v.4")}`,
  waiting: path("M7 3.5h10M7 20.5h10M8 3.5c0 5 4 5.5 4 8.5s-4 3.5-4 8.5M16 3.5c0 5-4 5.5-4 8.5s4 3.5 4 8.5"),
  list: path("M9 6h11M9 12h11M9 18h11M4 6h1M4 12h1M4 18h1"),
  chart: path("M4 20V4M4 20h16M8.5 16v-5M13 16V7M17.5 16v-7"),
  filter: path("M4 5h16l-6 7.5V19l-4-2v-4.5z"),
  link: path("M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.6-5.6l-1.2 1.2M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.6 5.6l1.2-1.2"),
  copy: path("M9 9h11v11H9zM15 9V4H4v11h5"),
  undo: path("M9 6L4.5 10.5 9 15M5 10.5h9a5 5 0 0 1 0 10h-3"),
  logout: path("M10 4H5v16h5M14 8l4.5 4-4.5 4M18 12H9.5"),
  chain: path("M8 8h8M8 16h8M5 5h6v6H5zM13 13h6v6h-6z"),
  scan: path("M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 8h3v3H8zM13 13h3v3h-3zM14 8h2v2M8 14h2v2"),
  keypad: path("M5 5h3v3H5zM10.5 5h3v3h-3zM16 5h3v3h-3zM5 10.5h3v3H5zM10.5 10.5h3v3h-3zM16 10.5h3v3h-3zM10.5 16h3v3h-3z"),
  pointer: path("M5 19L18 6M9.5 5.5H18.5V14.5"),
  ring: circle(12, 12, 7.5),
  mosaic: path("M4 4h16v16H4zM9.3 4v16M14.7 4v16M4 9.3h16M4 14.7h16"),
  microphone: path("M9 5.5a3 3 0 0 1 6 0v6a3 3 0 0 1-6 0zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M8.5 21h7"),
  play: path("M8 5l11 7-11 7z"),
  book: path("M5 4h6.5v16H5zM11.5 4H19v16h-7.5M14 8h2.5M7.5 8H9"),
} as const;

export type IconName = keyof typeof ICONS;

export const icon = (name: IconName): TemplateResult => html`<svg
  class="icon"
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="1.9"
  stroke-linecap="round"
  stroke-linejoin="round"
  aria-hidden="true"
  focusable="false"
>
  ${ICONS[name]}
</svg>`;
