// <sup-holds>: what stations must hold: alarms first, the list as a file for the station, and its
// confirmation case by case.

import { html, nothing, type TemplateResult } from "lit";
import { confirmHold } from "../../capture/index.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { badge, banner, button, field, section, submit } from "../../screen/parts.ts";
import { saveFile } from "../../screen/save.ts";
import { ApiError, engine, holdList, holdsOf, type HoldReply, type HoldsReply } from "../../sync/index.ts";
import { modal } from "./modal.ts";

const SHOWN = 100;
const LOOK_MS = 4000;

class Holds extends ScreenElement {
  #space = "";
  #syncedAtMs = -LOOK_MS;
  private found: HoldsReply | undefined;
  private confirming = "";

  constructor() {
    super();
    this.watch(engine.subscribe, () => this.look());
  }

  set space(space: string) {
    if (space === this.#space) return;
    this.#space = space;
    this.load();
  }
  get space(): string {
    return this.#space;
  }

  private look(): void {
    const { lastSyncAtMs } = engine.status();
    if (lastSyncAtMs - this.#syncedAtMs < LOOK_MS) return;
    this.#syncedAtMs = lastSyncAtMs;
    this.load();
  }

  load(): void {
    if (!this.#space) return;
    this.attempt(async () => {
      try {
        this.put({ found: await holdsOf(this.#space) });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error; // asked again after the next round
      }
    });
  }

  private confirm(event: SubmitEvent, id: string, footage: readonly string[]): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => String(given.get(name) ?? "").trim();
    this.attempt(async () => {
      await confirmHold(id, { footage, station: text("station"), confirmedBy: text("by"), reference: text("reference") || undefined });
      this.put({ confirming: "" });
    });
  }

  private dialog(found: HoldsReply, id: string): TemplateResult {
    const wanted = found.holds.filter((hold) => hold.cases.some((one) => one.case === id));
    const station = wanted[0]?.station ?? "";
    return modal(t("sup.hold.confirm_title", { count: wanted.length }), html`<form class="stack" @submit=${(event: SubmitEvent) => this.confirm(event, id, wanted.map((hold) => hold.id))}>
      ${banner("plain", t("sup.hold.confirm_note"))}
      ${field("hold-station", t("sup.rec.station"), (name) => html`<input id=${name} name="station" required maxlength="60" .value=${station} data-test="hold-station" />`)}
      ${field("hold-by", t("sup.hold.by"), (name) => html`<input id=${name} name="by" required maxlength="60" data-test="hold-by" />`)}
      ${field("hold-reference", t("sup.hold.reference"), (name) => html`<input id=${name} name="reference" maxlength="80" data-test="hold-reference" />`, t("field.optional"))}
      ${submit(t("sup.hold.confirm"), "hold-submit")}
    </form>`, () => this.put({ confirming: "" }), "hold-dialog");
  }

  private line(hold: HoldReply): TemplateResult {
    return html`<li class="sup-sub stack" data-test="hold" data-footage=${hold.id} data-confirmed=${String(hold.confirmed)}>
      <div class="row row-wrap">
        ${hold.unconfirmed ? badge("alarm", t("sup.hold.unconfirmed"), "attention", "hold-unconfirmed") : nothing}
        ${hold.near ? badge("alarm", t("sup.hold.near", { date: hold.delete_on }), "clock", "hold-near") : nothing}
        ${hold.confirmed ? badge("done", t("sup.hold.confirmed"), "sealed") : nothing}
        <span>${hold.keep_until ? t("sup.hold.until", { date: hold.keep_until }) : t("sup.hold.while_open")}</span></div>
      <p><strong class="digits">${hold.file_name}</strong> <span class="soft">${hold.station} · ${hold.camera} · <span class="digits">${dateTimeOf(hold.started_at_ms)}</span></span></p>
      ${hold.confirmed || hold.cases.length === 0 ? nothing : html`<div class="row row-wrap">${hold.cases.map((one) => button(`${t("sup.hold.confirm")} ${one.number}`, () => this.put({ confirming: one.case }), { icon: "check", test: "hold-confirm" }))}</div>`}
    </li>`;
  }

  override render(): TemplateResult {
    const { found } = this;
    if (!found) return html``;
    const save = (): void => this.attempt(async () => saveFile(await holdList(this.#space), `holds-${this.#space}.csv`));
    return section(`${t("sup.hold.title")} · ${found.holds.length}`, html`
      ${found.unconfirmed > 0 ? banner("alarm", t("sup.hold.unconfirmed_count", { count: found.unconfirmed }), nothing, "holds-unconfirmed") : nothing}
      ${found.near > 0 ? banner("alarm", t("sup.hold.near_count", { count: found.near }), nothing, "holds-near") : nothing}
      ${found.unknown.length > 0 ? banner("todo", t("sup.hold.unknown", { count: found.unknown.length }), nothing, "holds-unknown") : nothing}
      ${found.holds.length === 0 ? html`<p class="soft">${t("sup.hold.none")}</p>` : html`<ul class="stack">${found.holds.slice(0, SHOWN).map((hold) => this.line(hold))}</ul>`}
      ${found.holds.length > SHOWN ? html`<p class="soft">${t("sup.hold.rest", { count: found.holds.length - SHOWN })}</p>` : nothing}
      ${this.confirming ? this.dialog(found, this.confirming) : nothing}`,
      button(t("sup.hold.save"), save, { icon: "download", test: "holds-save" }), "holds");
  }
}

define("sup-holds", Holds);
