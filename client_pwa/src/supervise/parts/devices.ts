// <sup-devices>: what is still in the field, by person and phone: as the log knows it (missing numbers,
// originals named but not here) and as the phone said last. Asked of the service; what is handed in
// stands apart, and comes back as soon as it is not.

import { html, nothing, type TemplateResult } from "lit";
import { dateTimeOf } from "../../screen/dates.ts";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { stateLabel } from "../../screen/labels.ts";
import { badge, banner, empty, section } from "../../screen/parts.ts";
import { ApiError, devicesOf, engine, type DeviceReply } from "../../sync/index.ts";
import { clockOffMinutes, openDevices, rangesText } from "../model/devices.ts";
import { nameOf, type Names } from "../model/names.ts";

const ASK_MS = 20_000;

class Devices extends ScreenElement {
  private devices: readonly DeviceReply[] | undefined;
  private names: Names = new Map();
  private offline = false;
  #spaces = "";
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.watch(engine.subscribe, () => this.offline && engine.status().online && this.load());
  }

  set about(about: { readonly names: Names; readonly spaces: readonly string[] }) {
    this.names = about.names;
    const spaces = about.spaces.filter((space) => space !== "common").join(" ");
    if (spaces !== this.#spaces) {
      this.#spaces = spaces;
      this.load();
    } else this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => document.visibilityState === "visible" && this.load(), ASK_MS);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  private load(): void {
    const spaces = this.#spaces.split(" ").filter(Boolean);
    this.attempt(async () => {
      try {
        const found = await Promise.all(spaces.map(devicesOf));
        this.put({ devices: found.flat(), offline: false });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.put({ offline: true });
      }
    });
  }

  private marks(one: DeviceReply): TemplateResult {
    const { report, gaps, originals_out: out } = one;
    const [unsent, bytes] = [report?.unsent_ops ?? 0, report?.originals_bytes ?? 0];
    const isSettling = unsent + gaps.length + out === 0;
    return html`${unsent > 0 ? badge("todo", t("sup.devices.unsent", { count: unsent }), "phone", "device-unsent") : nothing}
      ${gaps.length > 0 ? badge("todo", t("sup.devices.gaps", { ranges: rangesText(gaps) }), "list", "device-gaps") : nothing}
      ${out > 0 ? badge("todo", bytes > 0 ? t("sup.devices.originals_size", { count: out, size: `${(bytes / 1e6).toFixed(1)} MB` }) : t("sup.devices.originals", { count: out }), "camera", "device-originals") : nothing}
      ${report && isSettling ? badge("busy", t("sup.devices.catching_up"), "waiting") : nothing}`;
  }

  private card(one: DeviceReply): TemplateResult {
    const { report } = one;
    const off = report ? clockOffMinutes(report) : 0;
    return html`<li class="card stack" data-test="device" data-chain=${one.chain} data-person=${one.person} data-drained=${String(one.drained)} data-head=${one.head_seq}>
      <div class="section-head"><h3>${nameOf(this.names, one.person)}</h3><span>${stateLabel("chain", one.state)}</span></div>
      <p class="soft">${one.device}</p>
      <div class="row row-wrap">${one.drained ? badge("done", t("sup.devices.drained", { time: dateTimeOf(one.drained_at_ms || (report?.reported_at_ms ?? 0)) }), "sealed", "device-drained") : this.marks(one)}
        ${off === 0 ? nothing : badge("todo", t("sup.devices.skew", { minutes: off }), "clock", "device-skew")}</div>
      <p class="soft">${report ? t("sup.devices.reported", { time: dateTimeOf(report.reported_at_ms) }) : t("sup.devices.silent")}<br />${t("sup.devices.last", { time: dateTimeOf(one.last_op_at_ms) })}</p>
    </li>`;
  }

  override render(): TemplateResult {
    if (!this.devices) return html`${this.offline ? banner("todo", t("sup.devices.offline"), nothing, "devices-offline") : nothing}`;
    const open = openDevices(this.devices);
    const drained = this.devices.filter((one) => one.drained);
    const body = open.length === 0 ? empty("check", t("sup.devices.none")) : html`<ul class="sup-cards">${open.map((one) => this.card(one))}</ul>`;
    const rest = drained.length === 0 ? nothing : html`<details data-test="devices-drained"><summary>${t("sup.devices.all_drained", { count: drained.length })}</summary>
      <ul class="sup-cards">${drained.map((one) => this.card(one))}</ul></details>`;
    return section(`${t("sup.devices.title")} · ${open.length}`, html`${body}${rest}`, nothing, "devices");
  }
}

define("sup-devices", Devices);
