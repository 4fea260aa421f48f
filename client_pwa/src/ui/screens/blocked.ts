// Shown instead of the app where this page cannot keep evidence, with what to do about it.

import { html, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { banner } from "../../screen/parts.ts";
import type { Health } from "../../store/index.ts";

const WORDS = {
  insecure_context: "blocked.insecure_context",
  no_indexed_db: "blocked.no_indexed_db",
  no_locks: "blocked.old_browser",
  no_crypto: "blocked.old_browser",
} as const;

class Blocked extends ScreenElement {
  problems: Health["problems"] = [];

  override render(): TemplateResult {
    return html`<main class="page" data-test="blocked">
      <h1>${t("blocked.title")}</h1>
      ${[...new Set(this.problems.map((problem) => WORDS[problem]))].map((key) => banner("alarm", t(key)))}
      <p>${t("blocked.browsers")}</p>
    </main>`;
  }
}

define("lh-blocked", Blocked);
