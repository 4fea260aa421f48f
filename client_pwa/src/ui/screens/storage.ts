// 本机存储: how much this phone holds and of what, how many photos still fit, and what may go: only originals that
// the server has verified, by age.

import { html, nothing, svg, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, banner, button, chips, section, sheet, type Tone } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import {
  askPersistence, dropOldOriginals, freeable, health, KEPT_DAYS, nowMs, prefer, preferences, room, setAside, type Held, type KeptDays, type Room,
} from "../../store/index.ts";
import { engine } from "../../sync/index.ts";
import { megabytes } from "../parts/sync-chip.ts";
import { say } from "../../screen/says.ts";

/** Ages that can be chosen by hand, in days. */
const AGES = [30, 7, 1, 0] as const;
type Age = (typeof AGES)[number];
const TONES: Readonly<Record<Room["level"], Tone>> = { unknown: "plain", roomy: "plain", low: "todo", full: "alarm" };

class Storage extends LiveScreen {
  room: Room | undefined;
  ages: readonly (Held & { readonly days: Age })[] = [];
  keptDays: KeptDays = 30;
  persisted = false;
  /** What is about to be deleted. */
  chosen: Age | undefined;

  constructor() {
    super();
    this.watch(engine.subscribe, () => this.refresh());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.attempt(async () => {
      await setAside(); // there may be room again
      this.refresh();
    });
  }

  protected override async read(): Promise<void> {
    this.room = await room();
    const ages = await Promise.all(AGES.map(async (days) => ({ days, ...(await freeable(days)) })));
    this.ages = ages.filter(({ count }, at) => count > 0 && count !== ages[at - 1]?.count); // an age that adds nothing is no choice
    this.keptDays = (await preferences()).keptDays;
    this.persisted = (await health()).persisted;
  }

  private async free(days: Age): Promise<void> {
    const { bytes } = await freeable(days);
    const count = await dropOldOriginals(nowMs(), days);
    await setAside();
    this.put({ chosen: undefined });
    say(this, t("storage.freed", { count, size: megabytes(bytes) }));
    this.refresh();
  }

  private async persist(): Promise<void> {
    const granted = await askPersistence();
    say(this, granted ? t("settings.persisted") : t("settings.not_persisted"));
    this.refresh();
  }

  private meter(held: Room): TemplateResult {
    const { waiting, verified, carried, reserved, usedBytes, freeBytes, level } = held;
    const rest = Math.max(0, usedBytes - waiting.bytes - verified.bytes - carried.bytes - reserved);
    const parts = [
      { name: "waiting", bytes: waiting.bytes, text: t("storage.waiting", { count: waiting.count }) },
      { name: "verified", bytes: verified.bytes, text: t("storage.verified", { count: verified.count }) },
      ...(carried.count > 0 ? [{ name: "carried", bytes: carried.bytes, text: t("storage.carried", { count: carried.count }) }] : []),
      { name: "reserved", bytes: reserved, text: t("storage.reserved") },
      { name: "rest", bytes: rest, text: t("storage.rest") },
    ];
    const whole = Math.max(1, parts.reduce((sum, { bytes }) => sum + bytes, 0));
    const ends = parts.map((_, at) => (1000 * parts.slice(0, at + 1).reduce((sum, { bytes }) => sum + bytes, 0)) / whole);
    return html`<svg class="meter" viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true">
        ${parts.map(({ name }, at) => svg`<rect class="meter-${name}" x=${ends[at - 1] ?? 0} y="0" width=${ends[at]! - (ends[at - 1] ?? 0)} height="24" />`)}</svg>
      <ul class="stack stack-tight">${parts.map(({ name, bytes, text }) => html`<li class="row"><svg class="meter-key" viewBox="0 0 20 20" aria-hidden="true"><rect class="meter-${name}" width="20" height="20" /></svg><span class="grow">${text}</span><span class="digits">${bytes > 0 ? megabytes(bytes) : "0 MB"}</span></li>`)}</ul>
      <p class="row storage-sum"><span class="grow strong">${t("storage.used")}</span><span class="digits strong">${megabytes(usedBytes)}</span></p>
      <p class="row"><span class="grow strong">${t("settings.free")}</span><span class="digits strong" data-test="storage-free">${freeBytes < 0 ? t(level === "full" ? "storage.word_full" : "settings.unknown") : megabytes(freeBytes)}</span></p>`;
  }

  private head({ level, photosLeft, waiting }: Room): TemplateResult {
    return html`<section class="verdict verdict-${level === "full" || level === "low" ? "todo" : "plain"}">
      ${icon(level === "full" ? "attention" : "camera")}
      <div class="stack stack-tight">
        <h2>${photosLeft < 0 ? t("storage.unknown") : level === "full" ? t("room.full") : t("storage.photos_left", { count: photosLeft })}</h2>
        <p>${t(`storage.level_${level}`)}</p>
        ${waiting.count > 0 ? html`<a class="button" href=${href("/upload")} data-test="storage-upload">${icon("upload")}<span>${t("storage.upload", { count: waiting.count })}</span></a>` : nothing}
      </div></section>`;
  }

  private freeing(): TemplateResult {
    if (this.ages.length === 0) return section(t("storage.free"), html`<div class="card"><p>${t("storage.none_to_free")}</p></div>`);
    return section(t("storage.free"), html`<div class="card stack"><p>${t("storage.free_hint")}</p>
      ${this.ages.map(({ days, count, bytes }) => button(t(`storage.older_${days}`, { count, size: megabytes(bytes) }), () => this.put({ chosen: days }), { wide: true, test: `free-${days}` }))}</div>`);
  }

  private keeping(): TemplateResult {
    const days = KEPT_DAYS.map((one) => ({ value: String(one), text: t("settings.kept_days", { count: one }), test: `kept-${one}` }));
    return section(t("storage.keeping"), html`<div class="card stack">
      <p>${t("settings.kept")}</p>
      ${chips(t("settings.kept"), days, String(this.keptDays), (value) => this.attempt(async () => {
        await prefer({ keptDays: Number(value) as KeptDays });
        this.refresh();
      }))}
      <p class="soft">${t("settings.kept_hint")}</p>
      <div class="row row-wrap">${this.persisted ? badge("plain", t("settings.persisted"), "check") : badge("todo", t("settings.not_persisted"), "attention")}
        ${this.persisted ? nothing : button(t("settings.persist"), () => this.attempt(() => this.persist()), { test: "persist" })}</div>
    </div>`);
  }

  private sure(): TemplateResult | typeof nothing {
    const chosen = this.ages.find(({ days }) => days === this.chosen);
    if (!chosen) return nothing;
    const size = megabytes(chosen.bytes);
    return sheet(t("storage.free"), html`${banner("todo", t("storage.sure", { count: chosen.count, size }), t("storage.sure_hint"))}
      ${button(t("storage.delete", { count: chosen.count }), () => this.attempt(() => this.free(chosen.days)), { kind: "danger", wide: true, test: "free-confirm" })}`,
    () => this.put({ chosen: undefined }), "free-sheet");
  }

  protected override view(): TemplateResult {
    const held = this.room;
    if (!held) return html``;
    return html`<div class="page" data-test="storage" data-level=${held.level} data-photos-left=${held.photosLeft} data-waiting=${held.waiting.count} data-verified=${held.verified.count}>
      ${this.head(held)}
      ${section(t("storage.held"), html`<div class="card stack">${this.meter(held)}</div>`, badge(TONES[held.level], t(`storage.word_${held.level}`)))}
      ${this.freeing()} ${this.keeping()}
      ${held.waiting.count > 0 ? section(t("outbox.rescue"), html`<div class="card stack"><p>${t("outbox.rescue_hint")}</p>
        <a class="button button-wide" href=${href("/carry")} data-test="storage-rescue">${icon("download")}<span>${t("carry.title")}</span></a></div>`) : nothing}
    </div>${this.sure()}`;
  }
}

define("lh-storage", Storage);
