// The second officer reads the signed record on their own phone and agrees or objects: 1/2 → 2/2.

import { html, nothing, type TemplateResult } from "lit";
import { attest } from "../../capture/index.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, banner, button, empty, field, section } from "../../screen/parts.ts";
import { navigate } from "../../screen/router.ts";
import { inspection, person, type InspectionView } from "../../store/index.ts";
import { documentList, documentsOf, type DocumentLink } from "../parts/documents.ts";
import { findingCard } from "../parts/finding-card.ts";
import { say } from "../../screen/says.ts";
import { me } from "../session.ts";

class Attest extends LiveScreen {
  one: InspectionView | undefined;
  signer = "";
  documents: readonly DocumentLink[] = [];
  objecting = false;
  objection = "";

  protected override async read(): Promise<void> {
    this.one = await inspection(this.params["id"] ?? "");
    this.documents = this.one ? await documentsOf(this.one) : [];
    this.signer = (await person(this.one?.signedBy ?? ""))?.name ?? "";
  }

  private async answer(agrees: boolean): Promise<void> {
    const objection = this.objection.trim();
    await attest(this.one?.id ?? "", agrees ? { agrees } : { agrees, objection });
    say(this, t("saved.here"));
    navigate("/today", true);
  }

  private controls(): TemplateResult {
    if (this.objecting) {
      return html`${field("objection", t("attest.objection"), (id) => html`<textarea id=${id} rows="3" maxlength="1000" .value=${this.objection} data-test="objection" @input=${(event: Event) => this.put({ objection: (event.target as HTMLTextAreaElement).value })}></textarea>`)}
        <div class="capture">${button(t("do.cancel"), () => this.put({ objecting: false }))}
        ${button(t("attest.object"), () => this.attempt(() => this.answer(false)), { kind: "danger", disabled: !this.objection.trim(), test: "attest-object-confirm" })}</div>`;
    }
    return html`<div class="capture">
      <button type="button" class="capture-button" data-test="attest-object" @click=${() => this.put({ objecting: true })}>${t("attest.object")}</button>
      <button type="button" class="capture-button capture-button-main" data-test="attest-agree" @click=${() => this.attempt(() => this.answer(true))}>${t("attest.agree")}</button>
    </div>`;
  }

  protected override view(): TemplateResult {
    const one = this.one;
    if (!one?.signing) return html`<div class="page">${empty("sign", t("attest.none"))}</div>`;
    const answered = one.attestedBy.includes(me().person) || one.objectedBy.includes(me().person);
    const late = new Set(one.unrecorded);
    return html`<div class="page" data-test="attest">
      <div class="card stack stack-tight"><span class="card-title">${one.enterpriseName}</span><span class="soft digits">${one.date}</span>
        <span class="row row-wrap">${badge("todo", t("inspection.attested", { count: one.attestedBy.length > 0 ? 2 : 1 }), "people", "attested")}</span></div>
      ${banner("plain", t("attest.what", { name: this.signer }))}
      ${documentList(this.documents)}
      ${section(t("inspection.findings", { count: one.findings.length - late.size }), html`<div class="stack">${one.findings.filter((finding) => !late.has(finding.id)).map((finding) => findingCard(finding))}</div>`)}
    </div>
    ${answered ? nothing : html`<div class="bottombar">${this.controls()}</div>`}`;
  }
}

define("lh-attest", Attest);
