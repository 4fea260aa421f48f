// What an operation's body says, in a line or two of plain words, for the timeline. Only what a
// person wrote or chose: reasons, opinions, dates, results. The exact body is in the receipt.

import type { Body, Json } from "../../protocol/rows.ts";
import { t, type Key } from "../../screen/i18n.ts";
import { nameOf, type Names } from "./names.ts";

/** Members shown, in this order, with the word before them. */
const SAID: readonly (readonly [string, Key])[] = [
  ["number", "sup.said.number"], ["name", "sup.said.name"], ["trade", "sup.said.trade"], ["address", "sup.said.address"],
  ["date", "sup.said.date"], ["content", "sup.said.content"], ["grade", "sup.said.grade"], ["place", "sup.said.place"],
  ["description", "sup.said.description"], ["requirement", "sup.said.requirement"], ["purpose", "sup.said.purpose"], ["result", "sup.said.result"], ["deadline", "sup.said.deadline"],
  ["extension_until", "sup.said.until"], ["extension_reason", "sup.said.reason"], ["claim", "sup.said.claim"],
  ["opinion", "sup.said.opinion"], ["measures", "sup.said.measures"], ["note", "sup.said.note"],
  ["authority", "sup.said.authority"], ["refusal_reason", "sup.said.reason"], ["reason", "sup.said.reason"],
  ["objection", "sup.said.objection"], ["conclusion", "sup.said.conclusion"], ["device", "sup.said.device"],
  ["camera", "sup.said.camera"],
];
const WORDS: Readonly<Record<string, Key>> = {
  pass: "sup.result.pass", fail: "sup.result.fail", no_problem: "sup.conclusion.no_problem",
  order: "sup.conclusion.order", measures: "sup.conclusion.measures", case: "sup.conclusion.case",
};
const CHOSEN = new Set(["result", "conclusion"]);
/** Members whose values are words of another list. */
const LISTED: Readonly<Record<string, string>> = { grade: "grade", trade: "trade", purpose: "sup.purpose" };

function wordOf(body: Body, member: string, value: Json): string {
  const isOfGap = member === "reason" && "gap" in body; // one out of a list, where other reasons are written
  const list = isOfGap ? "gap" : LISTED[member];
  if (list) return t(`${list}.${String(value)}` as Key);
  if (!CHOSEN.has(member)) return String(value);
  const key = WORDS[String(value)];
  return key ? t(key) : String(value);
}

/** A legal basis is read as it is cited. */
function valueText(value: Json): string {
  const { law, article, version } = (typeof value === "object" && value !== null ? value : {}) as { readonly law?: string; readonly article?: string; readonly version?: string };
  return law === undefined ? String(value) : `《${law}》${article ?? ""}${version ? `（${version}）` : ""}`;
}

function changesIn(body: Body): string[] {
  const changes = (body["changes"] ?? []) as readonly { readonly field: string; readonly value: string }[];
  return changes.map((change) => `${fieldLabel(change.field)} → ${change.value}`);
}

/** The word for a field of a finding. */
export function fieldLabel(field: string): string {
  const known: Readonly<Record<string, Key>> = {
    place: "sup.field_name.place", description: "sup.field_name.description", requirement: "sup.field_name.requirement",
    criterion: "sup.field_name.criterion", note: "sup.field_name.note", grade: "sup.said.grade", basis: "sup.field_name.basis", phone: "sup.field_name.phone",
    head: "sup.field_name.head", post: "sup.field_name.post", name: "sup.field_name.name", address: "sup.field_name.address",
  };
  const key = known[field];
  return key ? t(key) : field;
}

/** Lines for the timeline of `entity`; of an order, only the items that are about it. */
export function saidIn(entity: string, text: string, names: Names): string[] {
  const body = JSON.parse(text) as Body;
  const lines = SAID.filter(([member]) => typeof body[member] === "string" && body[member] !== "")
    .map(([member, key]) => `${t(key)} ${wordOf(body, member, body[member]!)}`);
  if (typeof body["to"] === "string") lines.push(`${t("sup.said.to")} ${nameOf(names, body["to"])}`);
  for (const field of ["criterion", "basis"]) if (body[field] !== undefined) lines.push(`${fieldLabel(field)} ${valueText(body[field]!)}`);
  const officers = body["officers"];
  if (Array.isArray(officers)) lines.unshift(`${t("sup.said.officers")} ${officers.map((id) => nameOf(names, String(id))).join(" ")}`);
  const items = (body["items"] ?? []) as readonly { readonly finding: string; readonly deadline: string }[];
  const own = items.filter((item) => !entity.startsWith("finding/") || entity === `finding/${item.finding}`);
  if (own.length > 0) lines.push(`${t("sup.said.deadline")} ${[...new Set(own.map((item) => item.deadline))].sort().join(" ")}`);
  const photos = body["photos"];
  if (Array.isArray(photos) && photos.length > 0) lines.push(t("sup.said.photos", { count: photos.length }));
  return [...lines, ...changesIn(body)];
}
