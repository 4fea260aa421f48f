// Recordings from the docking station's list: a file, or a QR code on the station's screen. What is
// chosen becomes references of this inspection.

import { html, nothing, type TemplateResult } from "lit";
import { referToRecording } from "../../capture/index.ts";
import { listedFiles, type ListedFile } from "../../protocol/stationlist.ts";
import { dateTimeOf, timeOf } from "../../screen/dates.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { LiveScreen } from "../../screen/live.ts";
import { banner, button, empty, section, toggle } from "../../screen/parts.ts";
import { inspection, type InspectionView } from "../../store/index.ts";
import { wholeOf } from "../../store/recordings.ts";
import { CodeReader } from "../code-reader.ts";
import { say } from "../../screen/says.ts";

const LOOK_MS = 100;

class RecordingsList extends LiveScreen {
  one: InspectionView | undefined;
  files: readonly ListedFile[] = [];
  unread = 0;
  chosen: ReadonlySet<string> = new Set();
  looked = false;
  scanning = false;
  refused = false;
  readonly #reader = new CodeReader();

  private get inspection(): string {
    return this.params["id"] ?? "";
  }

  protected override async read(): Promise<void> {
    this.one = await inspection(this.inspection);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#reader.close();
  }

  /** Files of the time of this inspection are chosen already; those referred to before are left out. */
  private take(text: string): void {
    const { files, unread } = listedFiles(text);
    const known = new Set(this.one?.clips.map((clip) => clip.fileName));
    const [from, until] = this.one ? wholeOf(this.one) : [0, 0];
    const fresh = files.filter((file) => !known.has(file.fileName));
    const during = fresh.filter((file) => file.startedAtMs < until && file.stoppedAtMs > from);
    this.put({ files: fresh, unread, looked: true, scanning: false, chosen: new Set(during.map((file) => file.fileName)) });
  }

  private fromFile(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = "";
    if (file) this.attempt(async () => this.take(await file.text()));
  }

  private async scan(): Promise<void> {
    this.put({ scanning: true, refused: false });
    await this.updateComplete;
    const video = this.querySelector("video");
    if (!video) return;
    const onCode = (text: string): void => {
      this.#reader.close();
      navigator.vibrate?.(200);
      this.take(text);
    };
    const isOpen = await this.#reader.open(video, onCode, LOOK_MS);
    if (!isOpen) this.put({ scanning: false, refused: true }); // the page offers the file
  }

  private flip(name: string, on: boolean): void {
    const chosen = new Set(this.chosen);
    if (on) chosen.add(name);
    else chosen.delete(name);
    this.put({ chosen });
  }

  private async save(): Promise<void> {
    for (const file of this.files.filter((one) => this.chosen.has(one.fileName))) {
      await referToRecording(this.inspection, { ...file, source: "list", sha256: file.sha256 || undefined });
    }
    say(this, t("saved.here"));
    this.leaveFor(`/inspections/${this.inspection}/recordings`);
  }

  private found(): TemplateResult {
    return section(t("rec.list_found", { count: this.files.length }), html`<div class="stack">
      ${this.unread > 0 ? banner("todo", t("rec.list_unread", { count: this.unread }), nothing, "list-unread") : nothing}
      ${this.files.length === 0 ? empty("search", t("rec.list_none")) : nothing}
      ${this.files.map((file) => toggle(file.fileName, this.chosen.has(file.fileName), (on) => this.flip(file.fileName, on), "listed-file", "record", `${dateTimeOf(file.startedAtMs)} – ${timeOf(file.stoppedAtMs)}`))}
    </div>`);
  }

  protected override view(): TemplateResult {
    if (!this.one) return html`<div class="page">${empty("search", t("inspection.unknown"))}</div>`;
    return html`<div class="page" data-test="recordings-list" data-count=${this.files.length} data-looked=${String(this.looked)}>
      <div class="card stack"><p>${t("rec.list_hint")}</p>
        ${this.refused ? banner("todo", t("carry.scan.refused"), nothing, "camera-refused") : nothing}
        ${this.scanning ? html`<video class="carry-view" autoplay playsinline muted aria-label=${t("carry.scan.view")}></video>`
          : button(t("rec.list_scan"), () => this.attempt(() => this.scan()), { wide: true, icon: "scan", test: "list-scan" })}
        <label class="button button-wide"><input type="file" class="visually-hidden" accept=".csv,.txt,text/plain,text/csv" data-test="list-file" @change=${(event: Event) => this.fromFile(event)} /><span>${t("rec.list_file")}</span></label></div>
      ${this.looked ? this.found() : nothing}
    </div>
    ${this.chosen.size === 0 ? nothing : html`<div class="bottombar">${button(t("rec.list_save", { count: this.chosen.size }), () => this.attempt(() => this.save()), { kind: "primary", wide: true, icon: "check", test: "list-save" })}</div>`}`;
  }
}

define("lh-recordings-list", RecordingsList);
