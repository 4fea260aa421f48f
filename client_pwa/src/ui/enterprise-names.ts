// Names of the enterprises that some hazards belong to, each read once.

import { enterprise, type FindingView } from "../store/index.ts";

export async function enterpriseNames(findings: readonly FindingView[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const id of new Set(findings.map((finding) => finding.enterprise))) {
    names.set(id, (await enterprise(id))?.name ?? id);
  }
  return names;
}
