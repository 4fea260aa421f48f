// 转交与代传: hand this phone's unsent records to another one, take in what others hand over, and see
// what is carried for whom. Carried is never counted among one's own.

import { html, nothing, type TemplateResult } from "lit";
import { timeOf } from "../../screen/dates.ts";
import { define } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon, type IconName } from "../../screen/icons.ts";
import { kindLabel } from "../../screen/labels.ts";
import { LiveScreen } from "../../screen/live.ts";
import { badge, section, type Tone } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import { carried, engine, toHandOver, type CarriedFor, type CarriedItem, type CarriedStatus } from "../../sync/index.ts";
import { codeText } from "../failures.ts";
import { megabytes } from "../parts/sync-chip.ts";

const TONES: Readonly<Record<CarriedStatus, Tone>> = { saved: "todo", received: "busy", verified: "done", refused: "alarm" };
const SHAPES = { saved: "phone", received: "cloud", verified: "sealed", refused: "attention" } as const;
const LISTED = 100;

class Carry extends LiveScreen {
  load: Awaited<ReturnType<typeof toHandOver>> | undefined;
  people: readonly CarriedFor[] = [];

  constructor() {
    super();
    this.watch(engine.subscribe);
  }

  protected override async read(): Promise<void> {
    this.load = await toHandOver();
    this.people = await carried();
  }

  private way(path: string, text: string, shape: IconName, test: string): TemplateResult {
    return html`<a class="button button-wide" href=${href(path)} data-test=${test}>${icon(shape)}<span>${text}</span></a>`;
  }

  private giving(): TemplateResult {
    const { ops = 0, blobs = 0, bytes = 0, unsent = 0 } = this.load ?? {};
    const held = html`${unsent > 0 ? badge("todo", t("carry.unsent", { count: unsent }), "phone") : nothing}
      ${blobs > 0 ? badge("todo", t("carry.originals", { count: blobs, size: megabytes(bytes) }), "camera") : nothing}`;
    return section(t("carry.give"), html`<div class="card stack" data-test="carry-give" data-ops=${ops} data-blobs=${blobs}>
      ${ops === 0 ? html`<p>${t("carry.nothing")}</p>` : html`<div class="row row-wrap">${held}</div>
        ${this.way("/carry/save", t("carry.to_file"), "download", "carry-to-file")}
        ${unsent === 0 ? nothing : html`${this.way("/carry/show", t("carry.to_code"), "scan", "carry-to-code")}
        <p class="soft">${t("carry.code_only_records")}</p>`}`}
    </div>`);
  }

  private taking(): TemplateResult {
    return section(t("carry.take"), html`<div class="card stack">
      ${this.way("/carry/open", t("carry.from_file"), "book", "carry-from-file")}
      ${this.way("/carry/scan", t("carry.from_code"), "camera", "carry-from-code")}
    </div>`);
  }

  private item(item: CarriedItem): TemplateResult {
    return html`<li class="row row-wrap" data-test="carried-item" data-op=${item.op} data-kind=${item.kind} data-status=${item.status}>
      <span class="grow stack stack-tight"><span>${kindLabel(item.kind)}</span><span class="soft digits">${timeOf(item.receivedAtMs)}</span>
        ${item.reason ? html`<span>${codeText(item.reason)}</span>` : nothing}</span>
      ${badge(TONES[item.status], t(`carry.status.${item.status}`), SHAPES[item.status])}</li>`;
  }

  private person(one: CarriedFor): TemplateResult {
    const left = one.opsLeft + one.blobsLeft > 0;
    return html`<li class="card stack" data-test="carried-for" data-person=${one.person} data-ops-left=${one.opsLeft} data-blobs-left=${one.blobsLeft}>
      <h3>${t("carry.for", { name: one.name })}</h3>
      <div class="row row-wrap">${left ? badge("todo", t("carry.left", { ops: one.opsLeft, blobs: one.blobsLeft }), "phone") : badge("done", t("carry.delivered"), "cloud")}
        ${one.checked ? badge("plain", t("carry.checked"), "check") : badge("plain", t("carry.unchecked"), "info")}</div>
      <details><summary>${t("carry.items", { count: one.items.length })}</summary><ul class="stack">${one.items.slice(0, LISTED).map((item) => this.item(item))}</ul></details>
    </li>`;
  }

  protected override view(): TemplateResult {
    return html`<div class="page" data-test="carry">
      <p>${t("carry.hint")}</p>
      ${this.giving()} ${this.taking()}
      ${this.people.length === 0 ? nothing : section(t("carry.held"), html`<ul class="stack">${this.people.map((one) => this.person(one))}</ul>
        <p class="soft">${t("carry.held_hint")}</p>`)}
    </div>`;
  }
}

define("lh-carry", Carry);
