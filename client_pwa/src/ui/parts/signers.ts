// Who signs a document, and what has been drawn so far. Pure bookkeeping for the sign and order
// screens; the signatures go into the op exactly as drawn.

import { html, type TemplateResult } from "lit";
import type { Drawn } from "../../capture/index.ts";
import { t } from "../../screen/i18n.ts";
import { field } from "../../screen/parts.ts";
import type { PersonView } from "../../store/index.ts";
import "./signature.ts";

export class Signers {
  readonly images = new Map<string, ArrayBuffer>();
  outsider = "";

  constructor(readonly kind: "site_head" | "recipient", readonly changed: () => void) {}

  put(key: string, image: ArrayBuffer | undefined): void {
    if (image) this.images.set(key, image);
    else this.images.delete(key);
    this.changed();
  }

  /** How often the text changed under the pens; a pad of an earlier round is thrown away. */
  round = 0;

  /** Another text is shown: what was drawn under the one before never goes into it. True if there was something. */
  forget(): boolean {
    const had = this.images.size > 0;
    this.images.clear();
    this.round += 1;
    this.changed();
    return had;
  }

  /** What goes into the op, officers first. `withOutsider` is false when the site head refused. */
  drawn(officers: readonly PersonView[], withOutsider: boolean): Drawn[] {
    const list: Drawn[] = [];
    for (const officer of officers) {
      const image = this.images.get(officer.id);
      if (image) list.push({ signer: "officer", name: officer.name, person: officer.id, image });
    }
    const theirs = this.images.get(this.kind);
    if (withOutsider && theirs) list.push({ signer: this.kind, name: this.outsider.trim(), image: theirs });
    const witness = this.images.get("witness");
    if (!withOutsider && witness && this.witnessName) list.push({ signer: "witness", name: this.witnessName, image: witness });
    return list;
  }

  witnessName = "";

  officerPads(officers: readonly PersonView[]): TemplateResult[] {
    return officers.map((officer, index) => html`<lh-signature label=${t("signature.officer", { name: officer.name })} test="sign-officer-${index + 1}" .drawn=${(image?: ArrayBuffer) => this.put(officer.id, image)}></lh-signature>`);
  }

  /** Name and signature of the enterprise's side. */
  outsiderPad(): TemplateResult {
    const label = t(`signature.${this.kind}`);
    return html`<div class="stack">
      ${field(this.kind, t(`signature.${this.kind}_name`), (id) => html`<input id=${id} maxlength="60" autocomplete="off" .value=${this.outsider} data-test="${this.kind}-name" @input=${(event: Event) => { this.outsider = (event.target as HTMLInputElement).value; this.changed(); }} />`)}
      <lh-signature label=${label} test="sign-${this.kind}" .drawn=${(image?: ArrayBuffer) => this.put(this.kind, image)}></lh-signature>
    </div>`;
  }

  get outsiderSigned(): boolean {
    return this.images.has(this.kind) && this.outsider.trim() !== "";
  }
}
