// Language, who uses this phone, storage, signing out (nothing unsent is lost), version.

import { html, nothing, type TemplateResult } from "lit";
import { define } from "../../screen/element.ts";
import { dateOf } from "../../screen/dates.ts";
import { language, setLanguage, t, type Language } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { LiveScreen } from "../../screen/live.ts";
import { stateLabel } from "../../screen/labels.ts";
import { badge, banner, button, chips, facts, section, sheet } from "../../screen/parts.ts";
import { href, navigate } from "../../screen/router.ts";
import { bureauName, ownChain, prefer, preferences, room, type ChainView, type Preferences, type Room } from "../../store/index.ts";
import { deployment, engine, lock, logout, peopleHere, type PersonHere } from "../../sync/index.ts";
import { megabytes } from "../parts/sync-chip.ts";
import { me, refreshSession, session } from "../session.ts";

class Settings extends LiveScreen {
  room: Room | undefined;
  chain: ChainView | undefined;
  preferences: Preferences | undefined;
  bureau = "";
  server: Awaited<ReturnType<typeof deployment>>;
  people: readonly PersonHere[] = [];
  leaving = false;

  protected override async read(): Promise<void> {
    if (!session()) return; // signing out: the shell is about to leave this page
    this.room = await room();
    this.preferences = await preferences();
    this.chain = await ownChain();
    this.bureau = await bureauName(session()?.bureau ?? "");
    this.server = await deployment();
    this.people = await peopleHere();
  }

  private async leave(): Promise<void> {
    await logout();
    await refreshSession();
    navigate("/login", true);
  }

  private async lockNow(): Promise<void> {
    await lock();
    await refreshSession();
    navigate("/unlock", true);
  }

  /** Each person's unsent work: only they can send it, so it must not be forgotten on this phone. */
  private here({ person, name, unsentOps, unsentBytes, allDone }: PersonHere): TemplateResult {
    const left = [
      ...(unsentOps > 0 ? [t("sync.only_here", { count: unsentOps })] : []),
      ...(unsentBytes > 0 ? [t("sync.photos_left", { size: megabytes(unsentBytes) })] : []),
    ].join(t("list.comma"));
    return html`<li class="row row-wrap" data-test="person-here" data-person=${person} data-all-done=${String(allDone)}>
      <span class="grow strong">${name}</span>${badge(allDone ? "done" : "todo", allDone ? t("sync.all_done") : left || t("sync.checking"), allDone ? "sealed" : "phone")}</li>`;
  }

  private account(): TemplateResult {
    const self = me();
    return section(t("settings.account"), html`<div class="card stack">
      ${facts([
        [t("settings.name"), self.name],
        [t("settings.role"), t(`role.${self.role}`)],
        [t("settings.bureau"), this.bureau],
        [t("settings.login_until"), html`<span class="digits">${dateOf(self.refreshExpiresMs)}</span>`],
        [t("settings.device"), this.chain ? html`<span class="digits">${this.chain.pairingCode}</span> ${stateLabel("chain", this.chain.state)}` : "—"],
      ])}
      <div class="row row-wrap">
        ${button(self.hasPin ? t("settings.change_pin") : t("settings.set_pin"), () => navigate("/pin"), { icon: "keypad", test: "set-pin-open" })}
        ${self.hasPin ? button(t("settings.lock"), () => this.attempt(() => this.lockNow()), { test: "lock" }) : nothing}
        ${button(t("settings.logout"), () => this.put({ leaving: true }), { kind: "danger", icon: "logout", test: "logout" })}
      </div>
    </div>`);
  }

  private everybody(): TemplateResult {
    return section(t("settings.people"), html`<div class="card stack"><ul class="stack">${this.people.map((one) => this.here(one))}</ul>
      <p class="soft">${t("settings.people_hint")}</p>
      <a class="button" href=${href("/carry")}>${icon("people")}<span>${t("carry.title")}</span></a></div>`);
  }

  private storage({ usedBytes, freeBytes, photosLeft, level }: Room): TemplateResult {
    return section(t("storage.title"), html`<div class="card stack">
      ${facts([
        [t("storage.used"), megabytes(usedBytes)],
        [t("settings.free"), freeBytes < 0 ? t(level === "full" ? "storage.word_full" : "settings.unknown") : `${megabytes(freeBytes)}${t("list.comma")}${t("storage.about", { count: photosLeft })}`],
      ])}
      <a class="button" href=${href("/storage")} data-test="storage-open">${icon("phone")}<span>${t("storage.open")}</span></a>
    </div>`);
  }

  private originals({ wifiOnly }: Preferences): TemplateResult {
    const choose = (change: Partial<Preferences>): void => this.attempt(async () => {
      await prefer(change);
      this.refresh();
    });
    return section(t("settings.originals"), html`<div class="card stack">
      <p class="strong">${t("settings.send_over")}</p>
      ${chips(t("settings.send_over"), [
        { value: "any", text: t("settings.any_link"), test: "send-any" }, { value: "wifi", text: t("settings.wifi_only"), test: "send-wifi" },
      ], wifiOnly ? "wifi" : "any", (value) => choose({ wifiOnly: value === "wifi", anyLinkUntilMs: 0 }))}
      <p class="soft">${t("settings.wifi_hint")}</p>
    </div>`);
  }

  private leaveSheet(): TemplateResult {
    const unsent = engine.status().unsentOps;
    return sheet(t("settings.logout"), html`
      ${unsent > 0 ? banner("todo", t("settings.logout_unsent", { count: unsent }), t("login.kept")) : html`<p>${t("settings.logout_hint")}</p>`}
      ${button(t("settings.logout"), () => this.attempt(() => this.leave()), { kind: "danger", wide: true, test: "logout-confirm" })}
    `, () => this.put({ leaving: false }));
  }

  protected override view(): TemplateResult {
    if (!session()) return html``;
    return html`<div class="page" data-test="settings-page">
      ${section(t("settings.language"), chips(t("settings.language"), [{ value: "zh", text: "中文", test: "language-zh" }, { value: "en", text: "English", test: "language-en" }], language(), (value) => setLanguage(value as Language)))}
      ${this.account()} ${this.everybody()} ${this.preferences ? this.originals(this.preferences) : nothing} ${this.room ? this.storage(this.room) : nothing}
      ${section(t("settings.install"), html`<div class="card"><p>${t("settings.install_hint")}</p></div>`)}
      ${section(t("settings.about"), html`<div class="card stack">${facts([
        [t("settings.system"), this.server?.name ?? ""],
        [t("settings.version"), html`<span class="digits">${__APP_VERSION__}</span>`],
      ])}<a class="button" href=${href("/ready")}>${t("ready.title")}</a></div>`)}
    </div>
    ${this.leaving ? this.leaveSheet() : nothing}`;
  }
}

define("lh-settings", Settings);
