// Signing what was shown: the op binds the hash of the very rendering, and the drawn signatures.
// If the record changed since it was shown, nothing is signed.

import { utf8 } from "../protocol/bytes.ts";
import { beijingDate } from "../protocol/lifecycle.ts";
import { type BlobRef, type Row, stateOf } from "../protocol/rows.ts";
import type { NewBlob } from "../store/blobs.ts";
import { nowMs } from "../store/clock.ts";
import { missingFor } from "../store/shapes.ts";
import type { Author } from "../store/types.ts";
import { renderOrder, renderRecord } from "./documents.ts";
import { blobRef } from "./photos.ts";
import { basisOf, freshId, record, rowOf, savedOf, writingAs } from "./scribe.ts";
import { CaptureError, type Drawn, type Option, type OrderItem, type Rendering, type Saved } from "./types.ts";

interface Bound {
  readonly rendering: BlobRef;
  readonly signatures: readonly { readonly [member: string]: unknown }[];
  readonly blobs: readonly NewBlob[];
}

async function bind(shown: Rendering, drawn: readonly Drawn[]): Promise<Bound> {
  const html = utf8(shown.html).buffer;
  const rendering = await blobRef(html, "text/html");
  if (rendering.sha256 !== shown.sha256) throw new CaptureError("rendering_outdated");
  const blobs: NewBlob[] = [{ ref: rendering, bytes: html }];
  const signatures = [];
  for (const { signer, name, person, image } of drawn) {
    const ref = await blobRef(image, "image/png");
    blobs.push({ ref, bytes: image });
    signatures.push({ signer, name, person, image: ref });
  }
  return { rendering, signatures, blobs };
}

/** The rule of the server's guard `findings_complete`, said before anything is signed. */
function checkComplete(findings: readonly Row[]): void {
  for (const row of findings) {
    const gaps = missingFor(row);
    if (gaps.length === 0) continue;
    throw new CaptureError(gaps[0] === "criterion" ? "criterion_missing" : "finding_incomplete", row.entity);
  }
}

const rowsOf = (findings: readonly string[]): Promise<Row[]> =>
  Promise.all(findings.map((finding) => rowOf(`finding/${finding}`)));

/** Findings still in draft are confirmed by the signature. */
const confirmations = (rows: readonly Row[]): unknown[] =>
  rows
    .filter((row) => stateOf(row, "finding") === "draft")
    .map((row) => ({ finding: row.entity.slice("finding/".length), ...basisOf(row, "finding") }));

interface Signing {
  readonly rendering: Rendering;
  readonly signatures: readonly Drawn[];
}

async function signAs(
  author: Author, inspection: string, kind: string, input: Signing, extra: { readonly [member: string]: unknown }, option: Option,
): Promise<Saved> {
  const now = await renderRecord(inspection, input.rendering.supplementary, input.rendering.atMs);
  if (now.sha256 !== input.rendering.sha256) throw new CaptureError("rendering_outdated");
  const findings = await rowsOf(now.findings);
  checkComplete(findings);
  const { rendering, signatures, blobs } = await bind(input.rendering, input.signatures);
  const { space } = await rowOf(`inspection/${inspection}`);
  const body = { inspection, rendering, recorded: now.findings, findings: confirmations(findings), signatures, ...extra };
  return savedOf(await record(author, { kind, space, body, blobs, mends: option.mends }));
}

const stateBasis = async (inspection: string) => basisOf(await rowOf(`inspection/${inspection}`), "inspection");

/** Bind the rendering shown; confirms the drafts it lists. Fails with `rendering_outdated` if the record changed since. */
export const signInspection = (inspection: string, input: Signing, option: Option = {}): Promise<Saved> =>
  writingAs(async (author) => signAs(author, inspection, "inspection.sign", input, await stateBasis(inspection), option));

export const refuseSignature = (
  inspection: string, input: Signing & { reason: string; witness?: string; clip?: string }, option: Option = {},
): Promise<Saved> =>
  writingAs(async (author) => {
    const extra = { ...(await stateBasis(inspection)), refusal_reason: input.reason, witness: input.witness, clip: input.clip };
    return signAs(author, inspection, "inspection.refuse_signature", input, extra, option);
  });

/** Sign a supplementary record of the findings made after the first one. */
export const signSupplement = (inspection: string, input: Signing, option: Option = {}): Promise<Saved> =>
  writingAs((author) => signAs(author, inspection, "inspection.supplement", input, {}, option));

/** The second officer agrees with or objects to the signed record, from their own phone. */
export function attest(inspection: string, input: { agrees: boolean; objection?: string }): Promise<Saved> {
  return writingAs(async (author) => {
    const row = await rowOf(`inspection/${inspection}`);
    const signing = row.fields["rendering"]?.op;
    if (!signing) throw new CaptureError("record_missing");
    const body = { inspection, signing, agrees: input.agrees, objection: input.objection?.trim() ? input.objection : undefined };
    return savedOf(await record(author, { kind: "inspection.attest", space: row.space, body }));
  });
}

export function issueOrder(
  inspection: string | undefined, input: Signing & { items: readonly OrderItem[] }, option: Option = {},
): Promise<Saved & { order: string }> {
  return writingAs(async (author) => {
    const shown = await renderOrder(inspection, input.items, input.rendering.atMs);
    if (shown.sha256 !== input.rendering.sha256) throw new CaptureError("rendering_outdated");
    const findings = await rowsOf(input.items.map((item) => item.finding));
    checkComplete(findings);
    const late = input.items.findIndex((item) => item.deadline < beijingDate(nowMs()));
    if (late >= 0) throw new CaptureError("deadline_before_order", `items.${late}.deadline`);
    const { rendering, signatures, blobs } = await bind(input.rendering, input.signatures);
    const items = input.items.map(({ finding, requirement, deadline }, at) => ({
      finding, requirement, deadline, ...basisOf(findings[at]!, "finding"),
    }));
    const space = inspection === undefined ? findings[0]!.space : (await rowOf(`inspection/${inspection}`)).space;
    const order = freshId();
    const body = { order, inspection, items, rendering, signatures };
    return { ...savedOf(await record(author, { kind: "order.issue", space, body, blobs, mends: option.mends })), order };
  });
}
