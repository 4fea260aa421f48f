// 上传情况: each own record with one status and at most one action. 全部上传完成 stands here only when
// receipts, proofs and originals say so.

import { html, nothing, type TemplateResult } from "lit";
import { mend, withdrawOp } from "../../capture/index.ts";
import { dateTimeOf, timeOf } from "../../screen/dates.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { kindLabel, outcomeLabel } from "../../screen/labels.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, banner, button, chips, empty, field, sheet, submit, type Tone } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { currentAuthor } from "../../store/index.ts";
import { activateUpdate, drainCertificate, engine, outbox, resend, useAnyLink, type Certificate, type ItemStatus, type OutboxItem } from "../../sync/index.ts";
import { codeText } from "../failures.ts";
import { mendingPage, wordsOf } from "../mending.ts";
import { subjectsOf } from "../outbox-subjects.ts";
import { megabytesOf, syncWord } from "../parts/sync-chip.ts";
import "../parts/decision.ts";
import { say } from "../../screen/says.ts";

const TONES: Readonly<Record<ItemStatus, Tone>> = { saved: "todo", uploading: "busy", received: "busy", verified: "done", attention: "alarm" };
const SHAPES = { saved: "phone", uploading: "upload", received: "cloud", verified: "sealed", attention: "attention" } as const;
const STEP = 60;
const PAGES: Readonly<Record<string, string>> = { finding: "/findings/", inspection: "/inspections/" };

/** It has no effect and others decide on it, or it waits for something that may never come: its author may still take it back. */
const mayTakeBack = ({ outcome, reason }: OutboxItem): boolean =>
  outcome === "quarantined" || reason === "dep_missing" || reason === "dep_not_effective";

class Outbox extends LiveScreen {
  items: readonly OutboxItem[] = [];
  subjects: ReadonlyMap<string, string> = new Map();
  which = "";
  shown = STEP;
  certificate: Certificate | undefined;
  withdrawing = "";
  isDeactivated = false;

  constructor() {
    super();
    this.watch(engine.subscribe);
  }

  protected override async read(): Promise<void> {
    this.items = await outbox();
    this.subjects = await subjectsOf(this.listed.slice(0, this.shown));
    this.certificate = await drainCertificate();
    this.isDeactivated = (await currentAuthor())?.active === false;
  }

  private act(action: () => Promise<unknown>, said: string): void {
    this.attempt(async () => {
      await action();
      say(this, said);
      engine.nudge();
    });
  }

  private action(item: OutboxItem): TemplateResult | typeof nothing {
    const takeBack = button(t("outbox.withdraw"), () => this.put({ withdrawing: item.op }), { test: "withdraw" });
    if (item.action === "mend") return html`${this.mending(item)}${item.outcome === "refused" ? takeBack : nothing}`;
    if (item.action === "withdraw" || mayTakeBack(item)) return takeBack;
    if (item.action === "update") return button(t("app.update_now"), () => this.attempt(() => this.renew()), { kind: "primary", test: "update" });
    if (item.action === "resend") return button(t("outbox.try_now"), () => this.attempt(() => resend(item.op)), { icon: "recheck", test: "resend" });
    return nothing;
  }

  /** To the page where it can be corrected; a bare step is repeated from the present state. */
  private mending(item: OutboxItem): TemplateResult {
    const page = mendingPage(item);
    if (page) return html`<a class="button button-primary" href=${href(page)} data-test="mend">${t("outbox.mend")}</a>`;
    return button(t("outbox.mend"), () => this.act(() => mend(item.op), t("saved.here")), { kind: "primary", test: "mend" });
  }

  private async withdraw(op: string, reason: string): Promise<void> {
    await withdrawOp(op, reason);
    this.put({ withdrawing: "" });
  }

  private async renew(): Promise<void> {
    if (!(await activateUpdate())) say(this, t("outbox.no_update"));
  }

  private line(item: OutboxItem): TemplateResult {
    const [kind, id] = [item.entity.split("/")[0] ?? "", item.entity.split("/")[1] ?? ""];
    const place = PAGES[kind];
    const text = item.status === "uploading" ? t("status.uploading", { percent: item.percent }) : t(`status.${item.status}`);
    return html`<li class="card stack" data-test="outbox-item" data-kind=${item.kind} data-status=${item.status} data-op=${item.op}>
      <div class="row"><span class="grow stack stack-tight"><span class="strong">${kindLabel(item.kind)}</span>
          ${this.subjects.get(item.entity) ? html`<span data-test="about">${this.subjects.get(item.entity)}</span>` : nothing}<span class="soft digits">${timeOf(item.savedAtMs)}</span></span>
        ${badge(TONES[item.status], text, SHAPES[item.status])}</div>
      ${item.status === "uploading" ? html`<progress max="100" value=${item.percent} aria-label=${text}></progress><span class="soft digits" data-test="sent-bytes" data-sent=${item.sentBytes}>${megabytesOf(item.sentBytes, item.totalBytes)}</span>` : nothing}
      ${item.body ? html`<p class="clamp" data-test="words">${wordsOf(item)}</p>` : nothing}
      ${item.reason ? html`<p>${codeText(item.reason)}</p>` : nothing}
      ${item.before ? html`<p data-test="before-restore">${t("outbox.before_restore", { outcome: outcomeLabel(item.before), now: outcomeLabel(item.outcome) })}</p>` : nothing}
      ${item.outcome === "refused" && item.cause ? html`<lh-decision .op=${item.cause}></lh-decision>` : nothing}
      ${item.action === "none" && item.status !== "attention" ? nothing : html`<div class="row row-wrap">${this.action(item)}${place ? html`<a class="button" href=${href(place + id)}>${t("do.open")}</a>` : nothing}</div>`}
    </li>`;
  }

  /** Only while it is about the present head; the next record ends it. */
  private drained({ atMs, headSeq }: Certificate): TemplateResult {
    return html`<p data-test="drained" data-head-seq=${headSeq}>${t("outbox.drained", { time: dateTimeOf(atMs), count: headSeq + 1 })}</p>`;
  }

  private head(): TemplateResult {
    const status = engine.status();
    const { tone, text, shape } = syncWord(status);
    return html`<section class="verdict verdict-${tone === "done" ? "done" : "todo"}" data-test="outbox-head" data-all-done=${String(status.allDone)}>
      ${icon(shape)}<div class="stack stack-tight"><h2 aria-live="polite">${text}</h2>
      ${status.allDone && this.certificate ? this.drained(this.certificate) : nothing}
      <p>${status.allDone ? t("outbox.all_hint") : status.online ? t("outbox.online_hint") : t("outbox.offline_hint")}</p></div></section>
      ${this.isDeactivated ? banner("todo", t("outbox.deactivated"), nothing, "deactivated") : nothing}
      ${status.waitsForWifi ? banner("todo", t("outbox.for_wifi"), button(t("outbox.any_link"), () => this.act(useAnyLink, t("outbox.any_link_said")), { test: "any-link" }), "for-wifi") : nothing}
      ${status.lastError && status.lastError !== "network" ? banner("alarm", codeText(status.lastError), nothing, "sync-error") : nothing}`;
  }

  private get attention(): readonly OutboxItem[] {
    return this.items.filter((item) => item.status === "attention");
  }

  private get open(): readonly OutboxItem[] {
    return this.items.filter((item) => item.status !== "verified");
  }

  private get listed(): readonly OutboxItem[] {
    return this.which === "all" ? this.items : this.which === "attention" ? this.attention : this.open;
  }

  /** Other rows on the page: what they are about is read as well. */
  private show(which: string, shown: number): void {
    this.put({ which, shown });
    this.refresh();
  }

  protected override view(): TemplateResult {
    const { carried } = engine.status();
    const { attention, open, listed } = this;
    return html`<div class="page" data-test="outbox">
      ${this.head()}
      <div class="capture">${button(t("outbox.try_now"), () => this.act(() => engine.syncNow(), t("outbox.tried")), { icon: "recheck", test: "sync-now" })}
        <a class="button" href=${href("/upload")} data-test="upload-view">${icon("upload")}<span>${t("upload.title")}</span></a></div>
      ${chips(t("outbox.which"), [
        { value: "", text: t("outbox.open", { count: open.length }), test: "show-open" },
        { value: "attention", text: t("outbox.attention", { count: attention.length }), test: "show-attention" },
        { value: "all", text: t("outbox.all", { count: this.items.length }), test: "show-all" },
      ], this.which, (which) => this.show(which, STEP))}
      ${listed.length === 0 ? empty("check", t("outbox.none")) : nothing}
      <ul class="stack">${listed.slice(0, this.shown).map((item) => this.line(item))}</ul>
      ${listed.length > this.shown ? button(t("do.more"), () => this.show(this.which, this.shown + STEP), { wide: true }) : nothing}
      <section class="card stack" data-test="outbox-carry">
        ${carried > 0 ? badge("todo", t("outbox.carried", { count: carried }), "people", "carried-left") : nothing}
        <p><strong>${t("outbox.rescue")}</strong> ${t("outbox.rescue_hint")}</p>
        <a class="button" href=${href("/carry")} data-test="carry-open">${icon("people")}<span>${t("carry.title")}</span></a></section>
    </div>
    ${this.withdrawing ? sheet(t("outbox.withdraw"), html`<form class="stack" @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      const reason = String(new FormData(event.target as HTMLFormElement).get("reason") ?? "").trim();
      this.act(() => this.withdraw(this.withdrawing, reason), t("saved.here"));
    }}>${field("reason", t("action.withdraw_why"), (id) => html`<textarea id=${id} name="reason" rows="3" maxlength="500" required data-test="reason"></textarea>`)}${submit(t("do.confirm"), "withdraw-confirm")}</form>`, () => this.put({ withdrawing: "" })) : nothing}`;
  }
}

define("lh-outbox", Outbox);
