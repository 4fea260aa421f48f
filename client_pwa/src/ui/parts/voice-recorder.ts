// <lh-voice-recorder>: one tap begins a voice note, the next ends and keeps it. Leaving the page
// ends and keeps it too, and of a page that is killed the next start keeps it (interrupted-voices.ts). A refused microphone is said plainly; the hazard can be written instead.

import { html, nothing, type TemplateResult } from "lit";
import { addVoice, nextVoice } from "../../capture/index.ts";
import { elapsed } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { banner } from "../../screen/parts.ts";
import { dropSpoken, isFull, keepPiece, requireRoomToCapture } from "../../store/index.ts";
import { whileSpeaking } from "../interrupted-voices.ts";
import { NotKept } from "../not-kept.ts";
import { say } from "../../screen/says.ts";
import { LONGEST_MS, MicrophoneError, type MicrophoneProblem, type Recording, startRecording } from "../voice.ts";

export interface Speaking {
  readonly inspection: string;
  /** The hazard it is about, once that is recorded. */
  readonly finding?: string | undefined;
  /** Called when the note is durable. */
  readonly kept: (voice: string) => Promise<void>;
  /** Told when speaking begins, and when all of it is kept. */
  readonly busy?: (isBusy: boolean) => void;
}

class VoiceRecorder extends ScreenElement {
  static override properties = { about: { attribute: false } };
  declare about: Speaking;
  startedAtMs = 0;
  keeping = false;
  problem: MicrophoneProblem | "" = "";
  #stop: (() => void) | undefined;

  constructor() {
    super();
    this.watch((listener) => {
      const timer = setInterval(() => this.startedAtMs && listener(), 500);
      return () => clearInterval(timer);
    });
    this.watch((listener) => {
      const hidden = (): void => void (document.visibilityState === "hidden" && listener());
      document.addEventListener("visibilitychange", hidden);
      return () => document.removeEventListener("visibilitychange", hidden);
    }, () => this.#stop?.());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.(); // what was said is kept
  }

  private flip(): void {
    if (this.#stop) this.#stop();
    else if (!this.keeping) this.attempt(() => this.record());
  }

  private async record(): Promise<void> {
    const about = this.about;
    this.put({ keeping: true, problem: "" });
    about.busy?.(true);
    const voice = nextVoice();
    try {
      await requireRoomToCapture();
      await whileSpeaking(voice, () => this.speak(voice, about));
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error;
      this.put({ problem: error.problem });
    } finally {
      this.#stop = undefined;
      this.put({ startedAtMs: 0, keeping: false });
      about.busy?.(false);
    }
  }

  private async speak(voice: string, about: Speaking): Promise<void> {
    const { inspection, finding } = about;
    let pieces = 0;
    const { startedAtMs, stop, done } = await startRecording((piece) => keepPiece({ ...piece, voice, inspection, finding }, pieces++));
    this.#stop = stop;
    this.put({ startedAtMs });
    if (!this.isConnected) stop();
    await this.keep(voice, about, await done);
  }

  private async keep(voice: string, about: Speaking, said: Recording): Promise<void> {
    this.#stop = undefined;
    this.put({ startedAtMs: 0 });
    const { inspection, finding, kept } = about;
    try {
      await addVoice(said.bytes, { voice, inspection, finding, mediaType: said.mediaType, recordedAtMs: said.startedAtMs, durationMs: said.durationMs });
    } catch (reason) {
      throw isFull(reason) ? new NotKept(1, () => this.keep(voice, about, said), reason) : reason;
    }
    await kept(voice);
    await dropSpoken(voice);
    say(this, t("voice.kept"));
  }

  override render(): TemplateResult {
    const isOn = this.startedAtMs > 0;
    const left = Math.max(0, LONGEST_MS - (Date.now() - this.startedAtMs));
    return html`<div class="voice-recorder">
      <button type="button" class="capture-button" data-test="voice-flip" data-on=${String(isOn)} aria-pressed=${String(isOn)} @click=${() => this.flip()}>
        ${icon(isOn ? "stop" : "microphone")}<span>${isOn ? t("voice.stop", { left: elapsed(left) }) : t(this.keeping ? "voice.wait" : "voice.start")}</span></button>
      ${this.problem ? banner("todo", t(`voice.${this.problem}`), t("voice.instead"), "voice-problem") : nothing}
    </div>`;
  }
}

define("lh-voice-recorder", VoiceRecorder);
