// <sup-public-copy>: the redacted copy of a photo to hand on, as a file. The original never is one.

import { html, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { button } from "../../screen/parts.ts";
import type { DerivationView } from "../../store/index.ts";
import { fetchOriginal } from "../../sync/index.ts";

class PublicCopy extends ScreenElement {
  of: DerivationView | undefined;

  private save({ space, sha256 }: DerivationView): void {
    this.attempt(async () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await fetchOriginal(space, sha256));
      link.download = `liuhen-${sha256.slice(0, 12)}.jpg`;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }

  override render(): TemplateResult {
    const copy = this.of;
    return copy ? button(t("mark.public"), () => this.save(copy), { icon: "download", test: "public-copy" }) : html``;
  }
}

define("sup-public-copy", PublicCopy);
