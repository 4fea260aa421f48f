// The upload view: the screen stays on, one big number says what is left. Says 全部上传完成 only when
// the engine has proved it; never anything that could be read as "safe" or "rectified".

import { html, nothing, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { timeOf } from "../../screen/dates.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { badge, banner, button } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { engine } from "../../sync/index.ts";
import { codeText } from "../failures.ts";
import { megabytes, megabytesOf } from "../parts/sync-chip.ts";

class Upload extends ScreenElement {
  awake = false;
  #most = 0;
  #lock: WakeLockSentinel | undefined;

  constructor() {
    super();
    this.watch(engine.subscribe);
    this.watch((listener) => {
      document.addEventListener("visibilitychange", listener);
      return () => document.removeEventListener("visibilitychange", listener);
    }, () => void this.stayAwake());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.stayAwake();
    engine.nudge();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    void this.#lock?.release();
  }

  /** Best effort: a phone on low battery refuses, and the page then says the screen may go off. */
  private async stayAwake(): Promise<void> {
    if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
      this.put({ awake: true });
    } catch {
      this.put({ awake: false });
    }
  }

  override render(): TemplateResult {
    const status = engine.status();
    const uploads = status.uploads.filter((one) => one.sent < one.total);
    this.#most = Math.max(this.#most, status.unsentBytes);
    const done = this.#most - status.unsentBytes;
    return html`<div class="page upload" data-test="upload" data-all-done=${String(status.allDone)}>
      ${status.allDone
        ? html`<div class="upload-done">${icon("sealed")}<h2 data-test="all-done">${t("sync.all_done")}</h2><p>${t("outbox.all_hint")}</p></div>`
        : html`<p class="upload-left"><span class="upload-number digits" data-test="left">${status.unsentOps > 0 ? status.unsentOps : megabytes(status.unsentBytes)}</span>
            <span class="large">${status.unsentOps > 0 ? t("upload.records_left") : status.unsentBytes > 0 ? t("upload.photos_left") : t("sync.checking")}</span></p>
          ${status.unsentOps > 0 && status.unsentBytes > 0 ? html`<p class="centred">${t("upload.and_photos", { size: megabytes(status.unsentBytes) })}</p>` : nothing}
          <progress max=${Math.max(1, this.#most)} value=${done} aria-label=${t("upload.progress")}></progress>`}
      ${status.attention > 0 ? banner("alarm", t("sync.attention", { count: status.attention }), html`<a class="button" href=${href("/outbox")}>${t("outbox.title")}</a>`, "upload-attention") : nothing}
      ${status.online || status.allDone ? nothing : banner("todo", t("upload.offline"), status.retryAtMs > 0 ? t("upload.retry_at", { time: timeOf(status.retryAtMs) }) : nothing)}
      ${status.lastError && status.lastError !== "network" ? banner("alarm", codeText(status.lastError)) : nothing}
      <ul class="stack">${uploads.map((one, index) => html`<li class="card stack"><div class="row"><span class="grow strong">${t("photo.alt", { number: index + 1 })}</span><span class="digits" data-test="file-bytes">${megabytesOf(one.sent, one.total)}</span></div>
        <progress max=${Math.max(1, one.total)} value=${one.sent} aria-label=${t("photo.alt", { number: index + 1 })}></progress></li>`)}</ul>
      ${status.allDone ? nothing : html`<div class="row row-wrap centre">${badge(this.awake ? "plain" : "todo", this.awake ? t("upload.awake") : t("upload.may_sleep"), "phone")}</div>`}
      ${status.allDone ? nothing : button(t("outbox.try_now"), () => engine.nudge(), { wide: true, icon: "recheck", test: "nudge" })}
    </div>`;
  }
}

define("lh-upload", Upload);
