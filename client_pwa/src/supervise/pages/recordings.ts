// 录像: what docking stations reported, held against the officers' references of a day. Manifests are
// brought in here; the list below shows any number of lines, a page of the service at a time.

import { html, nothing, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { recordingLabel } from "../../screen/labels.ts";
import { LiveScreen } from "../../screen/live.ts";
import { banner, button, chips, empty } from "../../screen/parts.ts";
import { CAMERAS } from "../../protocol/tables.ts";
import { currentAuthor, today, type Author } from "../../store/index.ts";
import { ApiError, engine, recordingsOf, type Outcome, type RecordingReply, type RecordingsPage } from "../../sync/index.ts";
import { bureauNames, type Names } from "../model/names.ts";
import { onWide } from "../model/width.ts";
import { CARD_PX, LINE_PX } from "../parts/board-line.ts";
import { recordingLine, type RecordingItem } from "../parts/recording-line.ts";
import "../parts/footage-dialog.ts";
import "../parts/holds.ts";
import "../parts/manifest-drop.ts";
import "../parts/window-list.ts";

const DAY_MS = 86_400_000;
const LOOK_MS = 4000;
const OUTCOMES = Object.keys(CAMERAS.outcomes) as Outcome[];
const beginOf = (date: string): number => Date.parse(`${date}T00:00:00+08:00`);

const itemOf = (entry: RecordingReply, files: RecordingsPage["footage"]): RecordingItem =>
  ({ id: entry.clip ?? entry.footage[0] ?? "", entry, files });

class Recordings extends LiveScreen {
  private author: Author | undefined;
  private names: Names = new Map();
  private date = today();
  private outcome: Outcome | "" = "";
  private page: RecordingsPage | undefined;
  private items: readonly RecordingItem[] = [];
  private loading = false;
  private offline = false;
  private opened: RecordingItem | undefined;
  private readonly wide = onWide(900);
  #asked = 0;
  #loadedAtMs = 0;

  constructor() {
    super();
    this.watch(this.wide.watch);
    this.watch(engine.subscribe, () => this.look());
  }

  protected override async read(): Promise<void> {
    const before = this.author;
    this.author = await currentAuthor();
    this.names = await bureauNames(this.author?.spaces ?? []);
    if (!before) this.load();
  }

  /** After a round of the engine: a decision made here has arrived then. Who has looked further down is not sent back up. */
  private look(): void {
    const { lastSyncAtMs } = engine.status();
    if (!this.author || lastSyncAtMs - this.#loadedAtMs < LOOK_MS || this.items.length > (this.page?.entries.length ?? 0)) return;
    this.#loadedAtMs = lastSyncAtMs;
    this.load();
  }

  private load(skip = 0): void {
    const asked = ++this.#asked;
    const from = beginOf(this.date);
    this.put({ loading: true });
    this.attempt(async () => {
      try {
        const page = await recordingsOf(this.author?.bureau ?? "", from, from + DAY_MS, this.outcome, skip);
        if (asked !== this.#asked) return;
        const items = page.entries.map((entry) => itemOf(entry, page.footage));
        this.put({ page, items: skip === 0 ? items : [...this.items, ...items], offline: false });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (asked === this.#asked) this.put({ offline: true });
      } finally {
        if (asked === this.#asked) this.put({ loading: false });
      }
    });
  }

  private ask(change: { date?: string; outcome?: Outcome | "" }): void {
    this.put({ ...change, items: [] });
    this.load();
  }

  private choices() {
    const count = (outcome: Outcome): string => (this.page ? ` · ${this.page.counts[outcome]}` : "");
    return [
      { value: "", text: t("sup.filter.all"), test: "outcome-all" },
      ...OUTCOMES.map((outcome) => ({ value: outcome, text: `${recordingLabel(outcome)}${count(outcome)}`, test: `outcome-${outcome}` })),
    ];
  }

  private list(): TemplateResult {
    const wide = this.wide.matches();
    return html`<section class="stack">
      <div class="sup-filters"><label class="sup-filter"><span>${t("sup.rec.day")}</span>
        <input type="date" required data-test="recordings-date" .value=${this.date} @change=${(event: Event) => {
          const date = (event.target as HTMLInputElement).value;
          if (date) this.ask({ date });
        }} /></label></div>
      ${chips(t("sup.rec.outcomes"), this.choices(), this.outcome, (outcome) => this.ask({ outcome: outcome as Outcome | "" }))}
      ${this.offline ? banner("todo", t("sup.rec.offline"), nothing, "recordings-offline") : nothing}
      <h2 aria-live="polite" data-test="recordings-count" data-count=${this.page?.total ?? 0} data-loaded=${String(!this.loading)}>${t("sup.rec.shown", { count: this.page?.total ?? 0 })}</h2>
      ${this.page && this.items.length === 0 && !this.loading ? empty("search", t("sup.rec.none")) : nothing}
      <sup-window-list data-test="recordings-list" .linePx=${wide ? LINE_PX : CARD_PX} .items=${this.items}
        .line=${(item: RecordingItem) => recordingLine(item, wide, (opened) => this.put({ opened }))}></sup-window-list>
      ${this.page?.next === undefined || this.items.length === 0 ? nothing
        : button(t("sup.rec.more", { count: this.page.total - this.items.length }), () => this.load(this.page?.next), { wide: true, disabled: this.loading, test: "recordings-more" })}
    </section>`;
  }

  protected override view(): TemplateResult {
    const spaces = (this.author?.spaces ?? []).filter((space) => space !== "common");
    const bureau = this.author?.bureau ?? "";
    return html`<div class="page page-wide sup stack" data-test="recordings" @manifest-brought=${() => this.load()}>
      <sup-manifest-drop .spaces=${spaces} .names=${this.names} .space=${bureau}></sup-manifest-drop>
      <sup-holds .space=${bureau}></sup-holds>
      ${this.list()}
      ${this.opened ? html`<sup-footage .item=${this.opened} .close=${() => this.put({ opened: undefined })}></sup-footage>` : nothing}
    </div>`;
  }
}

define("sup-recordings", Recordings);
