// <sup-held-card>: one record without effect, readable by itself: what it is, who wrote it where and
// when, what it says and is about, why it has no effect, and the one thing to do about it.

import { html, nothing, type TemplateResult } from "lit";
import { readHeader } from "../../protocol/ops.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t, type Key } from "../../screen/i18n.ts";
import { flagLabel, kindLabel, reasonLabel } from "../../screen/labels.ts";
import { badge, banner, facts } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { textOf, viewed, type PhotoView, type Row } from "../../store/index.ts";
import type { HeldEntry } from "../../sync/index.ts";
import { aboutOf, photoIn, type About } from "../model/about.ts";
import { isSettled } from "../model/held.ts";
import { outcomeBadge } from "../model/look.ts";
import { nameOf, type Names } from "../model/names.ts";
import { saidIn } from "../model/summary.ts";
import "./decide-form.ts";
import "./picture.ts";
import "./receipt.ts";

export interface HeldOf {
  readonly entry: HeldEntry;
  readonly names: Names;
  readonly devices: Names;
  readonly bureaus: Names;
  /** Person id of who looks. */
  readonly me: string;
  /** What the whole city shares is decided on by the city's supervisor. */
  readonly mayDecide: boolean;
  /** Decided on this computer, the server has not answered yet. */
  readonly isSending: boolean;
}

const FOR_A_SUPERVISOR = ["chain_revoked_unseen", "person_deactivated", "checkpoint_unknown", "chain_not_countersigned"];
/** The tables speak to the author of “this phone”; a supervisor looks at somebody else's. */
const why = (code: string): string => (FOR_A_SUPERVISOR.includes(code) ? t(`sup.held.code.${code}` as Key) : reasonLabel(code));

class HeldCard extends ScreenElement {
  #of: HeldOf | undefined;
  private about: About | undefined;
  private photo: PhotoView | undefined;
  private chain: Row | undefined;
  private open = false;

  set of(of: HeldOf) {
    const isNew = of.entry.op !== this.#of?.entry.op;
    this.#of = of;
    if (isNew) this.attempt(() => this.learn(of.entry));
    this.requestUpdate();
  }

  private async learn(entry: HeldEntry): Promise<void> {
    const chain = (await viewed(`chain/${readHeader(entry.header).chain}`))?.row;
    this.put({ about: await aboutOf(entry), photo: await photoIn(entry), chain });
  }

  /** Why and when its phone was ended: what a decision turns on. */
  private revocation(): [string, TemplateResult][] {
    const cause = this.chain ? textOf(this.chain, "cause") : "";
    if (!this.chain || cause === "") return [];
    return [[t("sup.held.revoked"), html`<strong>${t(`sup.phones.cause.${cause}` as Key)}</strong> ${textOf(this.chain, "reason")} <span class="digits soft">${dateTimeOf(this.chain.states["chain"]?.at_ms ?? 0)}</span>`]];
  }

  private who({ entry, names, devices, bureaus }: HeldOf): TemplateResult {
    const { time, chain } = readHeader(entry.header);
    const about = this.about;
    return facts([
      [t("sup.held.by"), html`<strong data-test="entry-by">${nameOf(names, entry.by)}</strong>`],
      [t("sup.held.county"), entry.space === "common" ? t("sup.held.common") : nameOf(bureaus, entry.space)],
      [t("sup.held.device"), devices.get(chain || entry.op) ?? t("sup.none")],
      ...(entry.carrier && entry.carrier !== entry.by ? [[t("sup.held.carried"), nameOf(names, entry.carrier)] as const] : []),
      [t("sup.timeline.device"), html`<span class="digits">${dateTimeOf(time.wall_ms)}</span>`],
      [t("sup.timeline.server"), html`<span class="digits">${dateTimeOf(entry.server_at_ms)}</span>`],
      ...this.revocation(),
      ...(about ? [[t("sup.held.about"), about.path ? html`<a class="sup-link" href=${href(about.path)}>${about.text}</a>` : about.text] as const] : []),
    ]);
  }

  private said({ entry, names }: HeldOf): TemplateResult | typeof nothing {
    const lines = saidIn("", entry.body, names);
    if (lines.length === 0 && !this.photo) return nothing;
    return html`<div class="sup-sub stack stack-tight" data-test="held-said">${lines.map((line) => html`<p class="sup-said">${line}</p>`)}
      ${this.photo ? html`<sup-picture .view=${this.photo} .label=${t("photo.word")}></sup-picture>` : nothing}</div>`;
  }

  private waits({ entry }: HeldOf): TemplateResult | typeof nothing {
    if (entry.ruling.code === "chain_not_countersigned") return html`<a class="button" href=${href("/phones")} data-test="held-phones">${t("sup.held.to_phones")}</a>`;
    if (entry.waits_for.length === 0) return nothing;
    return html`<p><strong>${t("sup.held.waits_for")}</strong></p><ul class="stack stack-tight">${entry.waits_for.map((dep) => html`<li class="row row-wrap" data-test="waits-for" data-op=${dep.op}>
      ${dep.kind === "" ? t("sup.held.not_arrived") : html`<span>${kindLabel(dep.kind)}</span>${outcomeBadge(dep.outcome)}<span>${reasonLabel(dep.code)}</span>`}</li>`)}</ul>`;
  }

  private todo(of: HeldOf): TemplateResult | typeof nothing {
    const { entry } = of;
    if (of.isSending) return badge("busy", t("sup.held.sending"), "upload", "held-sending");
    if (entry.ruling.outcome === "waiting") return this.waits(of);
    if (entry.ruling.outcome === "refused") {
      if (entry.mended_by) return badge("done", t("sup.held.mended"), "check", "held-mended");
      return isSettled(entry) ? badge("plain", t("sup.held.settled"), "check", "held-settled") : badge("todo", t("sup.held.author_acts"), "person", "held-author");
    }
    if (entry.by === of.me) return banner("todo", t("sup.held.own"));
    if (!of.mayDecide) return banner("plain", t("sup.held.citys"), nothing, "held-citys");
    return html`<sup-decide .op=${entry.op} .space=${entry.space}></sup-decide>`;
  }

  override render(): TemplateResult {
    const of = this.#of;
    if (!of) return html``;
    const { entry } = of;
    return html`<article class="card stack" data-test="held-entry" data-op=${entry.op} data-kind=${entry.kind} data-outcome=${entry.ruling.outcome} data-code=${entry.ruling.code}>
      <div class="section-head"><h3 class="large">${kindLabel(entry.kind)}</h3>${outcomeBadge(entry.ruling.outcome)}</div>
      <p class="sup-said" data-test="held-why"><strong>${t("sup.held.why")}</strong> ${why(entry.ruling.code)}</p>
      ${entry.ruling.flags.map((flag) => badge("todo", flagLabel(flag), "info"))}
      ${this.said(of)} ${this.who(of)} ${this.todo(of)}
      <button type="button" class="button button-quiet sup-receipt-open" aria-expanded=${String(this.open)} data-test="receipt-open" @click=${() => this.put({ open: !this.open })}>
        <span>${t("sup.receipt.number", { index: entry.receipt.index })}</span><span>${t(this.open ? "sup.receipt.fold" : "sup.receipt.unfold")}</span></button>
      ${this.open ? html`<sup-receipt .entry=${entry}></sup-receipt>` : nothing}
    </article>`;
  }
}

define("sup-held-card", HeldCard);
