// Enterprises, phones, quarantined records, and taking back or mending own records.

import { kindNamed } from "../protocol/kinds.ts";
import type { Body, Json, Row } from "../protocol/rows.ts";
import type { Effect } from "../protocol/tables.ts";
import { readBody } from "../protocol/upcast.ts";
import { ENROLMENT, replaceChain } from "../store/chains.ts";
import { giveUp, opRecord } from "../store/ownops.ts";
import type { OpRecord } from "../store/schema.ts";
import { viewed } from "../store/view.ts";
import { basisOf, freshId, record, rowOf, savedOf, writingAs } from "./scribe.ts";
import { CaptureError, type Saved } from "./types.ts";

export function addEnterprise(input: {
  name: string; trade: "mine" | "chemical" | "fireworks" | "industry"; address: string;
  creditCode?: string; head?: string; post?: string; phone?: string;
}): Promise<Saved & { enterprise: string }> {
  return writingAs(async (author) => {
    const { creditCode, ...rest } = input;
    const enterprise = freshId();
    const body = { enterprise, ...rest, credit_code: creditCode };
    const saved = await record(author, { kind: "enterprise.add", space: author.bureau, body });
    return { ...savedOf(saved), enterprise };
  });
}

function onChain(chain: string, kind: string, members: { readonly [member: string]: unknown }): Promise<Saved> {
  return writingAs(async (author) => {
    const row = await rowOf(`chain/${chain}`);
    const body = { target: chain, ...basisOf(row, "chain"), ...members };
    return savedOf(await record(author, { kind, space: row.space, body }));
  });
}
/** Confirm another person's phone after comparing the code on both screens. */
export const countersign = (chain: string, comparedCode: string): Promise<Saved> =>
  onChain(chain, "chain.countersign", { compared_code: comparedCode });
export const revokeChain = (chain: string, input: { cause: "for_cause" | "transfer" | "lost"; reason: string }): Promise<Saved> =>
  onChain(chain, "chain.revoke", input);

/** Decisions are taken in the space of the record they are about; a city decides on its counties' too. */
const decideOn = (kind: string) => ({ op, space }: { readonly op: string; readonly space: string }, reason: string): Promise<Saved> =>
  writingAs(async (author) => savedOf(await record(author, { kind, space, body: { op, reason } })));
export const acceptQuarantined = decideOn("ruling.accept");
export const declineQuarantined = decideOn("ruling.decline");

async function ownOp(op: string, person: string): Promise<OpRecord> {
  const found = await opRecord(op);
  if (!found || found.person !== person) throw new CaptureError("not_own_op");
  return found;
}

/** Take back an own op that was refused or waits; one that was rejected never reached the log and is given up here. */
export function withdrawOp(op: string, reason: string): Promise<Saved> {
  return writingAs(async (author) => {
    const { space, sending } = await ownOp(op, author.person);
    if (sending === "rejected") return giveUp(op).then(() => ({ op }));
    return savedOf(await record(author, { kind: "op.withdraw", space, body: { op, reason }, replaces: op }));
  });
}

type Scope = { readonly [member: string]: Json };

/** The same scope with `base` and `from` as the row stands now. */
async function rebased(scope: Scope, effect: Effect, body: Body): Promise<Scope> {
  const id = (scope[effect.id] ?? body[effect.id]) as string;
  const found = await viewed(`${effect.entity}/${id}`);
  return found?.row.states[effect.machine!] ? { ...scope, ...basisOf(found.row, effect.machine!) } : scope;
}

async function rebasedSteps(kind: string, body: Body): Promise<Body> {
  let fresh = body;
  for (const effect of kindNamed(kind)!.effects.filter((one) => one.do === "step" && !one.unbased)) {
    if (!effect.each) fresh = await rebased(fresh, effect, fresh);
    else {
      const items = (fresh[effect.each] ?? []) as readonly Scope[];
      fresh = { ...fresh, [effect.each]: await Promise.all(items.map((item) => rebased(item, effect, fresh))) };
    }
  }
  return fresh;
}

/** Edits replace every version this phone sees now. */
function rebasedChanges(body: Body, row: Row | undefined): Body {
  const changes = body["changes"] as readonly { readonly field: string; readonly value: string }[] | undefined;
  if (!changes || !row) return body;
  const versions = (name: string): string[] => {
    const field = row.fields[name];
    return field ? [field.op, ...(field.others ?? []).map(({ op }) => op)] : [];
  };
  return { ...body, changes: changes.map(({ field, value }) => ({ field, value, replaces: versions(field) })) };
}

async function editedRow(kind: string, body: Body): Promise<Row | undefined> {
  const edit = kindNamed(kind)!.effects.find((effect) => effect.do === "edit");
  return edit && (await viewed(`${edit.entity}/${String(body[edit.id])}`))?.row;
}

/** Do an own refused op again from the present state, with some members changed; names it in `mends`. An enrolment is made anew. */
export async function mend(op: string, changes: { readonly [member: string]: unknown } = {}): Promise<Saved> {
  const enrolment = await opRecord(op);
  if (enrolment?.kind === ENROLMENT) return { op: await replaceChain(op, String(readBody(enrolment.wire)["device"])) };
  return writingAs(async (author) => {
    const old = await ownOp(op, author.person);
    const body = { ...readBody(old.wire), ...changes } as Body;
    if ("rendering" in body) throw new CaptureError("rendering_outdated"); // people sign again what they see now
    const steps = await rebasedSteps(old.kind, body);
    const fresh = rebasedChanges(steps, await editedRow(old.kind, steps));
    return savedOf(await record(author, { kind: old.kind, space: old.space, body: fresh, mends: op }));
  });
}
