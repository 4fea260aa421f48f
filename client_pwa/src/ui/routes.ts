// The inspector's pages and those everybody has, by address.

import { html } from "lit";
import { addRoutes, type Params, type Route } from "../screen/router.ts";
import "./screens/login.ts";
import "./screens/unlock.ts";
import "./screens/wechat.ts";
import "./screens/enrol.ts";
import "./screens/pin.ts";
import "./screens/ready.ts";
import "./screens/today.ts";
import "./screens/start.ts";
import "./screens/arrival.ts";
import "./screens/inspection.ts";
import "./screens/hazard.ts";
import "./screens/finding.ts";
import "./screens/burst.ts";
import "./screens/tray.ts";
import "./screens/recordings.ts";
import "./screens/recordings-list.ts";
import "./screens/clock.ts";
import "./screens/sign.ts";
import "./screens/attest.ts";
import "./screens/order.ts";
import "./screens/document.ts";
import "./screens/reinspect.ts";
import "./screens/hazards.ts";
import "./screens/outbox.ts";
import "./screens/upload.ts";
import "./screens/settings.ts";
import "./screens/storage.ts";
import "./screens/carry.ts";
import "./screens/carry-save.ts";
import "./screens/carry-open.ts";
import "./screens/carry-show.ts";
import "./screens/carry-scan.ts";

const phone = (pattern: string, title: Route["title"], view: Route["view"], back?: string): Route => ({ pattern, title, frame: "phone", view, ...(back === undefined ? {} : { back }) });
/** What a page that several pages lead to may go back to: the one visited last counts. */
const LISTS = /^\/(inspections\/[^/]+(\/attest)?|hazards|today|outbox)$/;
const SUBJECTS = /^\/(inspections\/[^/]+(\/attest)?|findings\/[^/]+)$/;
/** Opened from anywhere, also from a form that is half filled in. */
const ANY = /./;
const bare = (pattern: string, title: Route["title"], view: Route["view"], open = true): Route => ({ pattern, title, frame: "bare", view, open });
const supplement = (params: Params): Params => ({ ...params, which: "supplement" });

addRoutes(
  bare("/login", "login.enter", () => html`<lh-login></lh-login>`),
  bare("/unlock", "unlock.title", () => html`<lh-unlock></lh-unlock>`),
  bare("/wechat", "wechat.title", () => html`<lh-wechat></lh-wechat>`),
  bare("/enrol", "enrol.title", () => html`<lh-enrol></lh-enrol>`, false),
  bare("/pin", "pin.title", () => html`<lh-set-pin></lh-set-pin>`, false),
  { ...phone("/ready", "ready.title", () => html`<lh-ready></lh-ready>`), backToLast: ANY },
  phone("/today", "today.title", () => html`<lh-today></lh-today>`),
  phone("/start", "start.title", () => html`<lh-start></lh-start>`),
  phone("/start/:enterprise", "arrival.title", (params) => html`<lh-arrival .params=${params}></lh-arrival>`, "/start"),
  phone("/inspections/:id/arrive", "arrival.title", (params) => html`<lh-arrival .params=${params}></lh-arrival>`),
  phone("/inspections/:id", "inspection.title", (params) => html`<lh-inspection .params=${params}></lh-inspection>`),
  phone("/inspections/:id/hazard", "capture.hazard", (params) => html`<lh-hazard .params=${params}></lh-hazard>`, "/inspections/:id"),
  { ...phone("/inspections/:id/burst", "capture.burst", (params) => html`<lh-burst .params=${params}></lh-burst>`, "/inspections/:id") },
  phone("/inspections/:id/tray", "tray.title", (params) => html`<lh-tray .params=${params}></lh-tray>`, "/inspections/:id"),
  phone("/inspections/:id/recordings", "rec.title", (params) => html`<lh-recordings .params=${params}></lh-recordings>`, "/inspections/:id"),
  phone("/inspections/:id/list", "rec.list", (params) => html`<lh-recordings-list .params=${params}></lh-recordings-list>`, "/inspections/:id/recordings"),
  phone("/inspections/:id/clock", "rec.clock_begin", (params) => html`<lh-clock .params=${params}></lh-clock>`, "/inspections/:id/recordings"),
  phone("/inspections/:id/sign", "sign.title", (params) => html`<lh-sign .params=${params}></lh-sign>`, "/inspections/:id"),
  phone("/inspections/:id/supplement", "sign.supplement", (params) => html`<lh-sign .params=${supplement(params)}></lh-sign>`, "/inspections/:id"),
  phone("/inspections/:id/attest", "attest.title", (params) => html`<lh-attest .params=${params}></lh-attest>`, "/inspections/:id"),
  phone("/inspections/:id/order", "order.title", (params) => html`<lh-order .params=${params}></lh-order>`, "/inspections/:id"),
  { ...phone("/findings/:id", "finding.title", (params) => html`<lh-finding .params=${params}></lh-finding>`), backToLast: LISTS },
  { ...phone("/documents/:kind/:id", "document.title", (params) => html`<lh-document .params=${params}></lh-document>`), backToLast: SUBJECTS },
  phone("/findings/:finding/edit", "action.edit", (params) => html`<lh-hazard .params=${params}></lh-hazard>`, "/findings/:finding"),
  phone("/findings/:id/reinspect", "reinspect.title", (params) => html`<lh-reinspect .params=${params}></lh-reinspect>`, "/findings/:id"),
  phone("/hazards", "hazards.title", () => html`<lh-hazards></lh-hazards>`),
  { ...phone("/outbox", "outbox.title", () => html`<lh-outbox></lh-outbox>`), backToLast: ANY },
  phone("/upload", "upload.title", () => html`<lh-upload></lh-upload>`, "/outbox"),
  phone("/carry", "carry.title", () => html`<lh-carry></lh-carry>`, "/outbox"),
  phone("/carry/save", "carry.save.title", () => html`<lh-carry-save></lh-carry-save>`, "/carry"),
  phone("/carry/open", "carry.open.title", () => html`<lh-carry-open></lh-carry-open>`, "/carry"),
  phone("/carry/show", "carry.show.title", () => html`<lh-carry-show></lh-carry-show>`, "/carry"),
  phone("/carry/scan", "carry.scan.title", () => html`<lh-carry-scan></lh-carry-scan>`, "/carry"),
  phone("/storage", "storage.title", () => html`<lh-storage></lh-storage>`, "/settings"),
  { ...phone("/settings", "settings.title", () => html`<lh-settings></lh-settings>`), backToLast: ANY },
);
