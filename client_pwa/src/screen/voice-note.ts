// <lh-voice-note>: one voice note to listen to, fetched when asked for and checked by its hash.

import { html, nothing, type TemplateResult } from "lit";
import type { VoiceView } from "../store/index.ts";
import { ApiError, fetchOriginal } from "../sync/index.ts";
import { dateTimeOf, elapsed } from "./dates.ts";
import { define, ScreenElement } from "./element.ts";
import { t } from "./i18n.ts";
import { icon } from "./icons.ts";
import { badge, button } from "./parts.ts";

export type Heard = Pick<VoiceView, "id" | "space" | "sha256" | "durationMs" | "recordedAtMs"> & { readonly verified?: boolean };

class VoiceNote extends ScreenElement {
  #view: Heard | undefined;
  address = "";
  failure = "";

  set view(view: Heard) {
    if (view.sha256 !== this.#view?.sha256) this.#forget();
    this.#view = view;
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget();
  }

  #forget(): void {
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = "";
  }

  private listen({ space, sha256 }: Heard): void {
    this.attempt(async () => {
      try {
        this.put({ address: URL.createObjectURL(await fetchOriginal(space, sha256)), failure: "" });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.put({ failure: error.code });
      }
    });
  }

  override render(): TemplateResult {
    const view = this.#view;
    if (!view) return html``;
    return html`<div class="voice-note" data-test="voice" data-voice=${view.id} data-verified=${String(view.verified ?? false)}>
      <p class="row row-wrap"><span class="digits">${dateTimeOf(view.recordedAtMs)}</span> <span class="digits">${elapsed(view.durationMs)}</span>
        ${view.verified === undefined ? nothing : view.verified ? badge("done", t("voice.verified"), "sealed") : badge("todo", t("voice.waiting"), "waiting")}</p>
      ${this.address
        ? html`<audio controls autoplay src=${this.address} aria-label=${t("voice.word")} data-test="voice-audio"></audio>`
        : button(t("voice.play"), () => this.listen(view), { icon: "play", test: "voice-play" })}
      ${this.failure ? html`<p class="soft" role="status">${t(this.failure === "not_found" ? "voice.not_arrived" : "mark.offline")}</p>` : nothing}
    </div>`;
  }
}

define("lh-voice-note", VoiceNote);

/** `takeOut`: what a tap on the cross of a note does, where it may be taken back. */
export const voiceNotes = (views: readonly Heard[], takeOut?: (voice: string) => void): TemplateResult =>
  html`<div class="stack" data-test="voices" data-count=${views.length}>${views.map((view) => html`<div class="row voice-line"><lh-voice-note class="grow" .view=${view}></lh-voice-note>
    ${takeOut ? html`<button type="button" class="icon-button" aria-label=${t("voice.take_out")} data-test="voice-take-out" @click=${() => takeOut(view.id)}>${icon("close")}</button>` : nothing}</div>`)}</div>`;
