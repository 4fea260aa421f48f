// 出发检查: green only when everything a day without signal needs is on this phone. Each line
// that is not ready says what is missing and has one button that mends it.

import { html, nothing, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { dateTimeOf } from "../../screen/dates.ts";
import { t, type Key } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { lookingWhile } from "../../screen/looking.ts";
import { badge, button } from "../../screen/parts.ts";
import { navigate } from "../../screen/router.ts";
import { askPersistence, room } from "../../store/index.ts";
import { engine, readiness, type Check, type CheckId } from "../../sync/index.ts";
import { megabytes } from "../parts/sync-chip.ts";

type Mend = "download" | "login" | "pin" | "enrol" | "storage";
const MENDS: Readonly<Record<CheckId, Mend>> = {
  inspections: "download", hazards: "download", enterprises: "download", phrases: "download",
  login: "login", pin: "pin", chain: "enrol", storage: "storage", clock: "download", offline_start: "download",
};
const PLACES: Readonly<Partial<Record<Mend, string>>> = { login: "/login", pin: "/pin", enrol: "/enrol" };

class Ready extends LiveScreen {
  checks: readonly Check[] = [];
  busy = false;

  constructor() {
    super();
    this.watch(engine.subscribe, () => this.refresh());
    this.watch(() => lookingWhile(() => this.checks.some((check) => !check.ok)));
  }

  protected override async read(): Promise<void> {
    this.checks = await readiness();
  }

  private async mend(way: Mend): Promise<void> {
    const place = PLACES[way];
    if (place) return navigate(place);
    this.put({ busy: true });
    try {
      if (way === "storage") await this.makeRoom();
      else await engine.syncNow();
    } finally {
      this.put({ busy: false });
    }
    this.refresh();
  }

  /** The system's promise to keep this; then, where there is too little of it, what may go. */
  private async makeRoom(): Promise<void> {
    await askPersistence();
    const { level } = await room();
    if (level === "low" || level === "full") navigate("/storage");
  }

  private values(check: Check): Record<string, string | number> {
    const values: Record<string, string | number> = { ...check.detail };
    for (const [name, value] of Object.entries(values)) {
      if (name.endsWith("_ms") && typeof value === "number" && value > 1e11) values[name] = dateTimeOf(value);
    }
    const free = check.detail["free_mb"];
    if (typeof free === "number") values["free"] = free < 0 ? t("settings.unknown") : megabytes(free * 1_000_000);
    return values;
  }

  private line(check: Check): TemplateResult {
    const way = MENDS[check.id];
    return html`<li class="card check" data-test="check" data-check=${check.id} data-ok=${String(check.ok)}>
      <span class="check-mark ${check.ok ? "check-mark-ok" : ""}">${icon(check.ok ? "check" : "attention")}</span>
      <span class="grow stack stack-tight">
        <span class="strong">${t(`ready.${check.id}` as Key)}</span>
        <span class="soft">${t(`ready.${check.id}.${check.ok ? "ok" : "missing"}` as Key, this.values(check))}</span>
      </span>
      ${check.ok ? nothing : button(t(`ready.mend.${way}` as Key), () => this.attempt(() => this.mend(way)), { disabled: this.busy, kind: "primary", test: `mend-${check.id}` })}
    </li>`;
  }

  protected override view(): TemplateResult {
    const missing = this.checks.filter((check) => !check.ok);
    const ordered = [...missing, ...this.checks.filter((check) => check.ok)];
    return html`<div class="page" data-test="ready" data-ready=${String(missing.length === 0)}>
      <section class="verdict ${missing.length === 0 ? "verdict-done" : "verdict-todo"}">
        ${icon(missing.length === 0 ? "sealed" : "waiting")}
        <div class="stack stack-tight">
          <h2>${missing.length === 0 ? t("ready.all") : t("ready.some", { count: missing.length })}</h2>
          <p>${missing.length === 0 ? t("ready.all_hint") : t("ready.some_hint")}</p>
        </div>
      </section>
      ${this.busy ? badge("busy", t("ready.busy"), "download") : nothing}
      <ul class="stack">${ordered.map((check) => this.line(check))}</ul>
      ${button(t("ready.to_work"), () => navigate("/"), { wide: true, kind: missing.length === 0 ? "primary" : "plain", test: "to-work" })}
    </div>`;
  }
}

define("lh-ready", Ready);
