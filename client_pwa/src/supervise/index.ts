// The supervisor's wide screen: its routes and its places in the navigation. Pages are loaded when
// first opened, so that an inspector's phone never fetches them to start.

import { html } from "lit";
import { addPlaces, addRoutes } from "../screen/router.ts";
import "./parts/waiting.ts";
import "./supervise.css";

const DECIDING = ["supervisor"] as const;
/** Where a hazard or an inspection is opened from. */
const SUBJECTS = /^\/(board|field|held|recordings|board\/findings\/[^/]+|field\/inspections\/[^/]+)$/;
const SUPERVISING = ["supervisor", "administrator"] as const;

/** Call once, from the composition root. */
export function registerSupervise(): void {
  addPlaces(
    { path: "/board", title: "sup.nav.board", icon: "chart", roles: SUPERVISING, mark: () => html`<sup-waiting .of=${"closing"}></sup-waiting>` },
    { path: "/field", title: "sup.nav.field", icon: "people", roles: SUPERVISING },
    { path: "/recordings", title: "sup.nav.recordings", icon: "record", roles: DECIDING },
    { path: "/held", title: "sup.nav.held", icon: "attention", roles: DECIDING, mark: () => html`<sup-waiting-held></sup-waiting-held>` },
    { path: "/phones", title: "sup.nav.phones", icon: "phone", roles: SUPERVISING, mark: () => html`<sup-waiting .of=${"phones"}></sup-waiting>` },
  );
  addRoutes(
    { pattern: "/board", title: "sup.nav.board", frame: "wide", load: () => import("./pages/board.ts"), view: () => html`<sup-board></sup-board>` },
    { pattern: "/board/findings/:id", title: "sup.finding.title", frame: "wide", back: "/board", backToLast: SUBJECTS, load: () => import("./pages/finding.ts"), view: (params) => html`<sup-finding .params=${params}></sup-finding>` },
    { pattern: "/field", title: "sup.nav.field", frame: "wide", load: () => import("./pages/field.ts"), view: () => html`<sup-field></sup-field>` },
    { pattern: "/field/inspections/:id", title: "sup.inspection.title", frame: "wide", back: "/field", backToLast: SUBJECTS, load: () => import("./pages/inspection.ts"), view: (params) => html`<sup-inspection .params=${params}></sup-inspection>` },
    { pattern: "/recordings", title: "sup.nav.recordings", frame: "wide", load: () => import("./pages/recordings.ts"), view: () => html`<sup-recordings></sup-recordings>` },
    { pattern: "/held", title: "sup.nav.held", frame: "wide", load: () => import("./pages/held.ts"), view: () => html`<sup-held></sup-held>` },
    { pattern: "/phones", title: "sup.nav.phones", frame: "wide", load: () => import("./pages/phones.ts"), view: () => html`<sup-phones></sup-phones>` },
  );
}
