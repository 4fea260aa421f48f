// The upload state in one word, always visible. 全部上传完成 only when the engine says all is
// proved; a finished request is never enough.

import { html, type TemplateResult } from "lit";
import type { SyncStatus } from "../../sync/index.ts";
import { t } from "../../screen/i18n.ts";
import { icon, type IconName } from "../../screen/icons.ts";
import { href } from "../../screen/router.ts";
import { session } from "../session.ts";

export interface SyncWord {
  readonly tone: "alarm" | "done" | "busy";
  readonly shape: IconName;
  readonly text: string;
}

/** While a turn runs, something answers, whatever the one before met. */
const hasNoSignal = ({ online, phase }: SyncStatus): boolean => !online && phase !== "pushing" && phase !== "pulling";

/** What the chip, the home page and the outbox all say about `status`. */
export function syncWord(status: SyncStatus): SyncWord {
  if (session()?.needsLogin || status.phase === "signed_out") return { tone: "alarm", shape: "attention", text: t("sync.signed_out") };
  if (status.attention > 0) return { tone: "alarm", shape: "attention", text: t("sync.attention", { count: status.attention }) };
  if (status.allDone && status.carried > 0) return { tone: "busy", shape: "people", text: t("sync.carried", { count: status.carried }) };
  if (status.allDone) return { tone: "done", shape: "sealed", text: t(hasNoSignal(status) ? "sync.all_done_offline" : "sync.all_done") };
  if (status.unsentOps > 0) {
    const working = status.online && status.phase === "pushing";
    return working
      ? { tone: "busy", shape: "upload", text: t("sync.uploading", { count: status.unsentOps }) }
      : { tone: "busy", shape: status.online ? "phone" : "offline", text: t("sync.only_here", { count: status.unsentOps }) };
  }
  if (status.unsentBytes > 0 && status.waitsForWifi) return { tone: "busy", shape: "waiting", text: t("sync.for_wifi", { size: megabytes(status.unsentBytes) }) };
  if (status.unsentBytes > 0) return { tone: "busy", shape: status.online ? "upload" : "offline", text: t("sync.photos_left", { size: megabytes(status.unsentBytes) }) };
  return { tone: "busy", shape: status.online ? "waiting" : "offline", text: t("sync.checking") };
}

/** Of one file, e.g. `1.2 / 3.0 MB`. */
export const megabytesOf = (sent: number, total: number): string => `${(sent / 1_000_000).toFixed(1)} / ${megabytes(total)}`;

/** e.g. `12 MB`; below one megabyte `0.4 MB`, from a thousand on `1.2 GB`. */
export const megabytes = (bytes: number): string => {
  const value = bytes / 1_000_000;
  if (value >= 1000) return `${(value / 1000).toFixed(1)} GB`;
  return `${value < 10 ? Math.max(0.1, value).toFixed(1) : Math.round(value)} MB`;
};

export function syncChip(status: SyncStatus): TemplateResult {
  const { tone, shape, text } = syncWord(status);
  return html`<a class="chip-sync chip-sync-${tone}" href=${href("/outbox")} data-test="sync-chip" data-all-done=${String(status.allDone)}
    aria-label=${`${t("sync.chip")}: ${text}`}>${icon(shape)}<span aria-live="polite">${text}</span></a>`;
}
