// 执法设备: phones waiting for enrolment, phones in use, phones revoked. The supervisor has the code read
// out from the phone and types it; only the same code confirms (SPEC §3). Refusing needs a reason.

import { html, nothing, type TemplateResult } from "lit";
import { countersign, revokeChain } from "../../capture/index.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { LiveScreen } from "../../screen/live.ts";
import { looking } from "../../screen/looking.ts";
import { badge, banner, button, empty, facts, field, section, submit } from "../../screen/parts.ts";
import { chainsKnown, chainsWaiting, ownChain, people, person, type ChainView, type PersonView } from "../../store/index.ts";
import { say } from "../../screen/says.ts";
import { codeTyped } from "../model/code.ts";
import { bureauNames, nameOf, type Names } from "../model/names.ts";
import { modal } from "../parts/modal.ts";
import "../parts/phones-in-use.ts";

interface Waiting {
  readonly chain: ChainView;
  readonly owner: PersonView | undefined;
}

class Phones extends LiveScreen {
  private waiting: readonly Waiting[] = [];
  private known: { active: readonly ChainView[]; revoked: readonly ChainView[] } = { active: [], revoked: [] };
  private people: ReadonlyMap<string, PersonView> = new Map();
  private own: ChainView | undefined;
  private bureaus: Names = new Map();
  private typed: Readonly<Record<string, string>> = {};
  private refusing: ChainView | undefined;

  constructor() {
    super();
    this.watch(looking);
  }

  protected override async read(): Promise<void> {
    this.own = await ownChain();
    const chains = await chainsWaiting();
    this.waiting = await Promise.all(chains.map(async (chain) => ({ chain, owner: await person(chain.person) })));
    this.known = await chainsKnown();
    this.people = new Map((await people()).map((one) => [one.id, one]));
    this.bureaus = await bureauNames([...this.people.values()].map((one) => one.bureau));
  }

  private confirm(chain: ChainView): void {
    this.attempt(async () => {
      await countersign(chain.id, chain.pairingCode);
      say(this, t("sup.phones.confirmed", { name: chain.personName }));
    });
  }

  private refuse(event: SubmitEvent, chain: ChainView): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    this.attempt(async () => {
      await revokeChain(chain.id, { cause: "for_cause", reason: String(given.get("reason")).trim() });
      this.put({ refusing: undefined });
    });
  }

  private phone({ chain, owner }: Waiting): TemplateResult {
    const own = chain.id === this.own?.id;
    if (chain.pending.length > 0 && !own) return html`<li class="card stack" data-test="phone" data-chain=${chain.id}>
      <h2>${chain.personName}</h2>${badge("busy", t("sup.phones.sending"), "upload", "phone-sending")}</li>`;
    const typed = this.typed[chain.id] ?? "";
    const same = codeTyped(typed) === chain.pairingCode;
    const whole = codeTyped(typed).length >= chain.pairingCode.length;
    return html`<li class="card stack" data-test="phone" data-chain=${chain.id} data-person=${chain.person}>
      <div class="section-head"><h2>${chain.personName}</h2>${badge("todo", t("sup.phones.waiting"), "phone")}</div>
      ${facts([
        [t("sup.phones.bureau"), nameOf(this.bureaus, owner?.bureau ?? "")],
        [t("sup.phones.licence"), owner?.licenceNumber || t("sup.none")],
        [t("sup.phones.device"), chain.device],
        [t("sup.phones.asked"), dateTimeOf(chain.enrolledAtMs)],
      ])}
      <div class="sup-code"><span>${t("sup.phones.code")}</span><strong class="digits" data-test="pairing-code">${chain.pairingCode}</strong></div>
      ${own ? banner("todo", t("sup.phones.own")) : this.comparing(chain, typed, same, whole)}
    </li>`;
  }

  private comparing(chain: ChainView, typed: string, same: boolean, whole: boolean): TemplateResult {
    return html`${field(`code-${chain.id}`, t("sup.phones.type_code"), (id) => html`<input id=${id} class="digits sup-code-input" autocomplete="off"
        autocapitalize="characters" spellcheck="false" data-test="code-input" .value=${typed}
        @input=${(event: Event) => this.put({ typed: { ...this.typed, [chain.id]: (event.target as HTMLInputElement).value } })} />`,
      t("sup.phones.type_hint"))}
      ${whole && !same ? banner("alarm", t("sup.phones.differs"), nothing, "code-differs") : nothing}
      <div class="row row-wrap">
        ${button(t("sup.phones.confirm"), () => this.confirm(chain), { kind: "primary", icon: "check", disabled: !same, test: "phone-confirm" })}
        ${button(t("sup.phones.refuse"), () => this.put({ refusing: chain }), { kind: "danger", test: "phone-refuse" })}
      </div>`;
  }

  private refusal(chain: ChainView): TemplateResult {
    const close = (): void => this.put({ refusing: undefined });
    return modal(t("sup.phones.refuse_title", { name: chain.personName }), html`<form class="stack" @submit=${(event: SubmitEvent) => this.refuse(event, chain)}>
      ${banner("todo", t("sup.phones.refuse_note"))}
      ${field("refuse-reason", t("sup.reason"), (id) => html`<textarea id=${id} name="reason" maxlength="500" required data-test="refuse-reason"></textarea>`)}
      ${submit(t("sup.phones.refuse"), "refuse-submit")}
    </form>`, close, "refuse-dialog");
  }

  protected override view(): TemplateResult {
    return html`<div class="page page-wide sup" data-test="phones">
      ${section(`${t("sup.phones.to_confirm")} · ${this.waiting.length}`, html`${banner("plain", t("sup.phones.how"))}
        ${this.waiting.length === 0 ? empty("phone", t("sup.phones.none"), t("sup.phones.none_hint")) : nothing}
        <ul class="sup-cards">${this.waiting.map((one) => this.phone(one))}</ul>`)}
      <sup-phones-in-use .of=${{ ...this.known, own: this.own?.id ?? "", people: this.people, bureaus: this.bureaus }}></sup-phones-in-use>
      ${this.refusing ? this.refusal(this.refusing) : nothing}
    </div>`;
  }
}

define("sup-phones", Phones);
