// <sup-phones-in-use>: every confirmed phone of the jurisdiction by person, each with the way to end it,
// and below them the ones that were revoked, by whom and why.

import { html, nothing, type TemplateResult } from "lit";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { badge, button, empty, section } from "../../screen/parts.ts";
import { textOf } from "../../protocol/rows.ts";
import type { ChainView, PersonView } from "../../store/index.ts";
import { nameOf, type Names } from "../model/names.ts";
import { modal } from "./modal.ts";
import "./revoke-form.ts";

export interface PhonesInUse {
  readonly active: readonly ChainView[];
  readonly revoked: readonly ChainView[];
  readonly own: string;
  readonly people: ReadonlyMap<string, PersonView>;
  readonly bureaus: Names;
}

const FIND_FROM = 8;

function byPerson(chains: readonly ChainView[]): Map<string, ChainView[]> {
  const groups = new Map<string, ChainView[]>();
  for (const chain of chains) groups.set(chain.person, [...(groups.get(chain.person) ?? []), chain]);
  return groups;
}

class InUse extends ScreenElement {
  #of: PhonesInUse = { active: [], revoked: [], own: "", people: new Map(), bureaus: new Map() };
  private search = "";
  private ending: ChainView | undefined;

  set of(of: PhonesInUse) {
    this.#of = of;
    this.requestUpdate();
  }

  private bureauOf(person: string): string {
    return nameOf(this.#of.bureaus, this.#of.people.get(person)?.bureau ?? "");
  }

  private isWanted(chain: ChainView): boolean {
    const text = `${chain.personName} ${this.bureauOf(chain.person)} ${chain.device}`.toLowerCase();
    return this.search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  }

  private phone(chain: ChainView): TemplateResult {
    const isOwn = chain.id === this.#of.own;
    return html`<li class="sup-sub sup-phone" data-test="phone-in-use" data-chain=${chain.id}>
      <span class="sup-phone-what"><strong>${chain.device}</strong><span class="soft">${t("sup.phones.since")} <span class="digits">${dateTimeOf(chain.enrolledAtMs)}</span></span></span>
      ${isOwn ? badge("plain", t("sup.phones.this"), "phone", "phone-this")
        : button(t("sup.phones.revoke"), () => this.put({ ending: chain }), { kind: "danger", test: "phone-revoke" })}
    </li>`;
  }

  private person(id: string, chains: readonly ChainView[]): TemplateResult {
    const isActive = this.#of.people.get(id)?.active ?? true;
    return html`<li class="card stack" data-test="person-phones" data-person=${id}>
      <div class="section-head"><h3 class="large">${chains[0]!.personName}</h3>${isActive ? nothing : badge("todo", t("sup.phones.deactivated"), "person")}</div>
      <p class="soft">${this.bureauOf(id)}</p>
      <ul class="stack">${chains.map((chain) => this.phone(chain))}</ul></li>`;
  }

  private ended(chain: ChainView): TemplateResult {
    const { row } = chain;
    const state = row.states["chain"];
    const cause = textOf(row, "cause");
    return html`<li class="sup-sub stack stack-tight" data-test="phone-revoked" data-chain=${chain.id} data-cause=${cause}>
      <p><strong>${chain.personName}</strong> ${chain.device}</p>
      <p>${cause === "lost" || cause === "transfer" || cause === "for_cause" ? html`<strong>${t(`sup.phones.cause.${cause}`)}</strong> ` : nothing}${textOf(row, "reason")}</p>
      ${chain.pending.length > 0 ? badge("busy", t("sup.phones.revoke_sending"), "upload", "phone-ending") : html`<p class="soft">${t("sup.phones.revoked_at")} <span class="digits">${dateTimeOf(state?.at_ms ?? 0)}</span>
        ${state ? this.#of.people.get(state.by)?.name ?? nothing : nothing}</p>`}</li>`;
  }

  private dialog(chain: ChainView): TemplateResult {
    const close = (): void => this.put({ ending: undefined });
    return modal(t("sup.phones.revoke_title", { name: chain.personName }),
      html`<sup-revoke-form .chain=${chain} @phone-revoked=${close}></sup-revoke-form>`, close, "revoke-dialog");
  }

  override render(): TemplateResult {
    const { active, revoked } = this.#of;
    const groups = byPerson(active.filter((chain) => this.isWanted(chain)));
    return html`${section(`${t("sup.phones.active")} · ${active.length}`, html`
      ${active.length > FIND_FROM ? html`<label class="sup-filter sup-filter-text"><span>${t("sup.phones.find")}</span>
        <input type="search" data-test="phone-find" .value=${this.search} @input=${(event: Event) => this.put({ search: (event.target as HTMLInputElement).value.trim() })} /></label>` : nothing}
      ${groups.size === 0 ? empty("phone", t("sup.phones.none_active")) : nothing}
      <ul class="sup-cards">${[...groups].map(([id, chains]) => this.person(id, chains))}</ul>`, nothing, "phones-in-use")}
      ${revoked.length === 0 ? nothing : html`<details class="card" data-test="phones-revoked"><summary>${t("sup.phones.revoked")} · ${revoked.length}</summary>
        <ul class="sup-cards">${revoked.map((chain) => this.ended(chain))}</ul></details>`}
      ${this.ending ? this.dialog(this.ending) : nothing}`;
  }
}

define("sup-phones-in-use", InUse);
