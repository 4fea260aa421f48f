// Turns whatever an action threw into one sentence a person can act on. Unknown faults are written
// whole to the console and say what to do next.

import { CaptureError } from "../capture/index.ts";
import { t } from "../screen/i18n.ts";
import { problemLabel, reasonLabel } from "../screen/labels.ts";
import { StoreError } from "../store/index.ts";
import { ApiError, ParcelError } from "../sync/index.ts";

const ENGINE_CODES = {
  network: "fail.network",
  malformed_reply: "fail.malformed_reply",
  rendering_outdated: "fail.rendering_outdated",
  checkpoint_invalid: "fail.checkpoint",
  log_rewound: "fail.checkpoint",
  deployment_changed: "fail.other_server",
  log_key_changed: "fail.other_server",
  proof_invalid: "fail.checkpoint",
  bytes_missing: "fail.bytes_missing",
  internal_client: "app.failed_unknown",
  nothing_changed: "fail.nothing_changed",
  signed_out: "sync.signed_out",
} as const;

const STORE_CODES = {
  quota: "fail.quota",
  readback: "fail.readback",
  closed: "fail.closed",
  failed: "fail.store",
} as const;

/** Words for a code of the server, the engine or the protocol. */
export function codeText(code: string): string {
  if (code in ENGINE_CODES) return t(ENGINE_CODES[code as keyof typeof ENGINE_CODES]);
  const problem = problemLabel(code);
  return problem === code ? reasonLabel(code) : problem;
}

/** One sentence for the person. */
export function failureText(reason: unknown): string {
  if (reason instanceof StoreError) return t(STORE_CODES[reason.code]);
  if (reason instanceof ParcelError) return t(`fail.${reason.code}`);
  if (reason instanceof ApiError) return codeText(reason.code);
  if (reason instanceof CaptureError) {
    if (reason.field) console.warn(reason.code, reason.field); // a path in the record, no word for the screen
    return codeText(reason.code);
  }
  console.error(reason);
  return t("app.failed_unknown");
}
