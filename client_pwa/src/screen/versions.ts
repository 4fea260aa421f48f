// <lh-versions>: a field that several people wrote at once. Every version stands beside the others with
// its author, device and time, what differs is marked, and one tap settles it. Knows no field by name
// beyond its words: whatever the protocol lets be contested can be shown here.

import { html, nothing, type TemplateResult } from "lit";
import type { Field, FieldVersion, Json } from "../protocol/rows.ts";
import type { Viewed } from "../store/index.ts";
import { define } from "./element.ts";
import { t, type Key } from "./i18n.ts";
import { badge, button } from "./parts.ts";
import { ToldElement } from "./told.ts";

const NAMED = ["place", "description", "requirement", "criterion", "note", "grade", "basis", "name", "address", "head", "post", "phone"];
const labelOf = (name: string): string => (NAMED.includes(name) ? t(`versions.field.${name}` as Key) : name);

/** A field's value in words. */
export function wordsOfValue(name: string, value: Json): string {
  if (name === "grade") return t(`grade.${String(value)}` as Key);
  if (name !== "basis") return String(value);
  const basis = value as { readonly law: string; readonly article: string; readonly version: string };
  return `${basis.law} ${basis.article} (${basis.version})`;
}

export const versionsOf = (field: Field): FieldVersion[] => [{ op: field.op, v: field.v }, ...(field.others ?? [])];

/** How many characters all texts share at their beginning. */
function sharedStart(texts: readonly (readonly string[])[]): number {
  const [first = [], ...rest] = texts;
  const end = first.findIndex((character, at) => rest.some((text) => text[at] !== character));
  return end < 0 ? first.length : end;
}

/** Each text in three parts: what all share at its beginning, what differs, what all share at its end. */
export function differing(texts: readonly string[]): (readonly [string, string, string])[] {
  const letters = texts.map((text) => [...text]);
  const start = sharedStart(letters);
  const end = sharedStart(letters.map((text) => text.slice(start).reverse()));
  return letters.map((text) => {
    const until = text.length - end;
    return [text.slice(0, start).join(""), text.slice(start, until).join(""), text.slice(until).join("")] as const;
  });
}

class Versions extends ToldElement {
  #of: Viewed | undefined;
  name = "";
  /** Settles the field with a value; absent for those who may only look. */
  choose: ((value: Json) => Promise<unknown>) | undefined;

  set of(of: Viewed) {
    this.#of = of;
    this.learn();
    this.requestUpdate();
  }

  private get versions(): FieldVersion[] {
    const field = this.#of?.row.fields[this.name];
    return field ? versionsOf(field) : [];
  }

  protected about(): string {
    return this.#of?.row.entity ?? "";
  }

  protected shownOps(): string[] {
    const ops = this.versions.map(({ op }) => op);
    return ops.length > 1 ? ops : [];
  }

  private version({ op, v }: FieldVersion, [before, own, after]: readonly [string, string, string]): TemplateResult {
    const choose = this.choose;
    return html`<li class="version" data-test="version" data-op=${op}>
      <p class="version-text">${before}${own ? html`<mark>${own}</mark>` : nothing}${after}</p>
      ${this.told(op)}
      ${choose ? button(t("versions.choose"), () => this.attempt(() => choose(v)), { test: `choose-${this.name}` }) : nothing}
    </li>`;
  }

  override render(): TemplateResult | typeof nothing {
    const versions = this.versions;
    if (versions.length < 2) return nothing;
    const parts = differing(versions.map(({ v }) => wordsOfValue(this.name, v)));
    return html`<section class="contested" data-test=${`contested-${this.name}`}>
      ${badge("alarm", t("versions.title", { field: labelOf(this.name), count: versions.length }), "people")}
      <ul class="versions">${versions.map((version, at) => this.version(version, parts[at]!))}</ul>
      ${this.choose ? html`<p class="soft">${t("versions.note")}</p>` : nothing}</section>`;
  }
}

define("lh-versions", Versions);

/** Every field of a thing that several people wrote at once; `choose` settles one, absent for those who may only look. */
export function contested(of: Viewed & { readonly contested: readonly string[] }, choose?: (name: string, value: Json) => Promise<unknown>): TemplateResult[] {
  return of.contested.map((name) => html`<lh-versions .name=${name} .of=${of} .choose=${choose && ((value: Json) => choose(name, value))}></lh-versions>`);
}
