// Sign in. A wrong password, a locked account and no signal each say what they are; what has not
// been sent stays on the phone whatever happens here.

import { html, nothing, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { language, setLanguage, t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { banner, button, field, submit } from "../../screen/parts.ts";
import { navigate } from "../../screen/router.ts";
import { deployment, engine, login } from "../../sync/index.ts";
import { failureText } from "../failures.ts";
import { lastLogin, rememberLogin } from "../remembered.ts";
import { refreshSession, session } from "../session.ts";

class Login extends ScreenElement {
  name = "";
  failure = "";
  busy = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.attempt(async () => this.put({ name: (await deployment())?.name ?? "" }));
  }

  private async enter(form: HTMLFormElement): Promise<void> {
    const entered = new FormData(form);
    const account = String(entered.get("login") ?? "").trim();
    this.put({ busy: true, failure: "" });
    try {
      await login(account, String(entered.get("password") ?? ""));
    } catch (reason) {
      return this.put({ failure: failureText(reason) });
    } finally {
      this.put({ busy: false });
    }
    rememberLogin(account);
    await refreshSession();
    engine.nudge();
    navigate("/enrol", true);
  }

  override render(): TemplateResult {
    const again = session();
    return html`<div class="entrance">
      <div class="entrance-head">
        <span class="seal" aria-hidden="true">${icon("sealed")}</span>
        <h1 class="brand">${t("app.name")}</h1>
        <p>${t("app.tagline")}</p>
        ${this.name && this.name !== t("app.name") ? html`<p class="strong">${this.name}</p>` : nothing}
      </div>
      <form class="entrance-form" @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        this.attempt(() => this.enter(event.target as HTMLFormElement));
      }}>
        ${again ? banner("todo", t("login.again"), t("login.kept")) : nothing}
        ${this.failure ? banner("alarm", this.failure, nothing, "login-failure") : nothing}
        ${field("login", t("login.login"), (id) => html`<input id=${id} name="login" autocomplete="username" autocapitalize="none" spellcheck="false" required .value=${lastLogin()} data-test="login-name" />`)}
        ${field("password", t("login.password"), (id) => html`<input id=${id} name="password" type="password" autocomplete="current-password" required data-test="login-password" />`)}
        ${this.busy ? button(t("login.busy"), () => undefined, { wide: true, disabled: true }) : submit(t("login.enter"), "login-submit")}
        ${again ? button(t("login.work_on"), () => navigate("/"), { wide: true, test: "login-later" }) : nothing}
        ${button(language() === "zh" ? "English" : "中文", () => setLanguage(language() === "zh" ? "en" : "zh"), { kind: "quiet", test: "language" })}
      </form>
    </div>`;
  }
}

define("lh-login", Login);
