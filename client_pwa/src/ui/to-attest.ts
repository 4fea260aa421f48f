// What waits for this officer's own word as the second officer: signed records and reinspections
// of others in which this officer is named. Until then each stands at 1/2.

import { enterprise, inspections, openFindings, reinspectionsOf, type InspectionView } from "../store/index.ts";

export interface Attestation {
  readonly kind: "inspection" | "reinspection";
  readonly id: string;
  readonly title: string;
  readonly path: string;
  /** When it was signed or reinspected. */
  readonly atMs: number;
}

/** The record that is asked about is the one of the signing step. */
const signedAt = ({ records: all, signing }: InspectionView): number => all.find((one) => one.id === signing)?.signedAtMs ?? 0;

async function records(person: string): Promise<Attestation[]> {
  const signed = await inspections({ states: ["signed", "signature_refused", "concluded"], limit: 50 });
  return signed
    .filter((one) => one.officers.includes(person) && one.signedBy !== "" && one.signedBy !== person)
    .filter((one) => !one.attestedBy.includes(person) && !one.objectedBy.includes(person))
    .map((one) => ({ kind: "inspection", id: one.id, title: one.enterpriseName, path: `/inspections/${one.id}/attest`, atMs: signedAt(one) }));
}

async function rechecks(person: string): Promise<Attestation[]> {
  const found: Attestation[] = [];
  for (const finding of await openFindings({ states: ["passed", "failed", "disputed"], limit: 100 })) {
    for (const one of await reinspectionsOf(finding.id)) {
      if (!one.officers.includes(person) || one.author === person || one.attestedBy.includes(person)) continue;
      const name = (await enterprise(finding.enterprise))?.name ?? "";
      found.push({ kind: "reinspection", id: one.id, title: `${name} ${finding.number}`, path: `/findings/${finding.id}`, atMs: one.row.created.at_ms });
    }
  }
  return found;
}

export const attestations = async (person: string): Promise<Attestation[]> => [...(await records(person)), ...(await rechecks(person))];
