// Where a record that was not accepted is done again. What it says must be corrected where it can be seen: a document is
// read and signed anew, a reinspection and an edit open as they were. The new record names the old one (`mends`), so that
// what waits for it goes on.

import { query } from "../screen/router.ts";
import { kindOf, type Json } from "../store/index.ts";
import { itemStatus, type OutboxItem } from "../sync/index.ts";

type Body = NonNullable<OutboxItem["body"]>;
type Item = { readonly [member: string]: Json };

/** What the use-case is told when this page was opened to mend a record. */
export function mending(): { mends?: string } {
  const op = query("mends");
  return op ? { mends: op } : {};
}

/** What the record to mend said; undefined when this page mends none. */
export async function bodyToMend(): Promise<Body | undefined> {
  const op = query("mends");
  return op ? (await itemStatus(op))?.body : undefined;
}

export const itemsOf = (body: Body | undefined, member: string): readonly Item[] => (body?.[member] ?? []) as readonly Item[];

const PAGES: Readonly<Record<string, (body: Body) => string>> = {
  "inspection.begin": ({ inspection }) => `/inspections/${inspection}/arrive`,
  "inspection.sign": ({ inspection }) => `/inspections/${inspection}/sign`,
  "inspection.refuse_signature": ({ inspection }) => `/inspections/${inspection}/sign`,
  "inspection.supplement": ({ inspection }) => `/inspections/${inspection}/supplement`,
  "order.issue": ({ inspection }) => `/inspections/${inspection}/order`,
  "reinspection.record": ({ finding }) => `/findings/${finding}/reinspect`,
  "finding.edit": ({ finding }) => `/findings/${finding}/edit`,
  "finding.classify": ({ finding }) => `/findings/${finding}/edit`,
};

/** The page on which this record is corrected, or "": then it can only be repeated as it is, from the present state. */
export function mendingPage(item: OutboxItem): string {
  if (!item.body) return "";
  const contested = item.reason === "field_contested" && kindOf(item.entity) === "finding";
  if (contested) return `/findings/${String(item.body["finding"])}`; // both versions stand there to choose from
  const page = PAGES[item.kind]?.(item.body);
  return page ? `${page}?mends=${item.op}` : "";
}

const SAYING = ["description", "opinion", "objection", "refusal_reason", "measures", "note", "reason", "claim"];

/** The words of a record in one line: nobody else may ever see a refused one. */
export function wordsOf({ body }: OutboxItem): string {
  if (!body) return "";
  const changes = Array.isArray(body["changes"]) ? body["changes"].map((change) => (change as { value?: unknown }).value) : [];
  const words = [body["number"], body["place"], ...SAYING.map((name) => body[name]), ...changes];
  return words.filter((word): word is string => typeof word === "string").join(" · ");
}
