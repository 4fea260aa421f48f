// The base of elements that show what several people wrote: it finds out who wrote each operation, on
// which device and when. What cannot be told yet is asked again after each round of sync.

import { html, nothing, type TemplateResult } from "lit";
import { deviceNames, people } from "../store/index.ts";
import { engine, originsOf, type Origin } from "../sync/index.ts";
import { dateTimeOf } from "./dates.ts";
import { ScreenElement } from "./element.ts";
import { t } from "./i18n.ts";

type Names = ReadonlyMap<string, string>;

export abstract class ToldElement extends ScreenElement {
  protected origins: ReadonlyMap<string, Origin> = new Map();
  protected names: Names = new Map();
  protected devices: Names = new Map();
  #asked = "";

  constructor() {
    super();
    this.watch(engine.subscribe, () => this.learn());
  }

  /** What is shown is about this entity… */
  protected abstract about(): string;
  /** …and was written by these ops. */
  protected abstract shownOps(): readonly string[];

  override connectedCallback(): void {
    super.connectedCallback();
    this.learn();
  }

  /** Call after a change of what is shown. */
  protected learn(): void {
    const ops = this.shownOps();
    const mark = `${ops.join()} ${engine.status().lastSyncAtMs}`;
    if (mark === this.#asked || ops.every((op) => this.origins.has(op))) return;
    this.#asked = mark;
    this.attempt(async () => {
      const origins = await originsOf(this.about(), ops);
      const names = new Map((await people()).map((one) => [one.id, one.name]));
      this.put({ origins, names, devices: await deviceNames() });
    });
  }

  /** Author, device and time of an op, in three lines. */
  protected told(op: string): TemplateResult {
    const origin = this.origins.get(op);
    if (!origin) return html`<p class="soft" data-test="told-unknown">${t("versions.unknown")}</p>`;
    const device = this.devices.get(origin.chain);
    return html`<p class="told"><strong data-test="told-by">${this.names.get(origin.by) ?? origin.by}</strong>
      ${device ? html`<span class="soft" data-test="told-device">${device}</span>` : nothing}
      <span class="soft digits" data-test="told-at">${dateTimeOf(origin.atMs)}</span></p>`;
  }
}
