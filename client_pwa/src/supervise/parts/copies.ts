// Copies made of a photo, beside it at the desk; what its camera claims; which hazards show the same.

import { html, nothing, type TemplateResult } from "lit";
import { dateTimeOf } from "../../screen/dates.ts";
import { t, type Key } from "../../screen/i18n.ts";
import { badge } from "../../screen/parts.ts";
import { href } from "../../screen/router.ts";
import "../../screen/kept-image.ts";
import type { DerivationView } from "../../store/index.ts";
import type { SeenImage } from "../../sync/index.ts";
import "./public-copy.ts";

/** Each copy with its purpose; for the public the newest redacted one, and nothing else. */
export function copies(views: readonly DerivationView[]): TemplateResult {
  const redacted = views.filter(({ purpose }) => purpose === "redaction").at(-1);
  return html`<div class="copies" data-test="copies" data-count=${views.length}>${views.map((view) => html`<figure data-test="copy" data-purpose=${view.purpose}>
      <lh-kept-image .of=${{ space: view.space, sha256: view.sha256, mediaType: view.mediaType, label: t(`mark.${view.purpose}`) }}></lh-kept-image>
      <figcaption>${badge("plain", t(`mark.${view.purpose}`), "sign")}${badge(view.verified ? "done" : "busy", t(view.verified ? "mark.verified" : "mark.waiting"))}
        <span class="digits">${dateTimeOf(view.madeAtMs)}</span></figcaption></figure>`)}</div>
    ${redacted ? html`<sup-public-copy .of=${redacted}></sup-public-copy>` : html`<p class="soft" data-test="not-public">${t("mark.not_public")}</p>`}`;
}

/** What the camera wrote into the file: shown as its claim. */
export function claims({ state, exif }: SeenImage): readonly (readonly [string, TemplateResult | string])[] {
  const device = [exif.maker, exif.model].filter(Boolean).join(" ");
  const said = [exif.taken_at ? t("seen.taken", { time: exif.taken_at }) : "", device ? t("seen.device", { device }) : "", exif.unreadable ? t("seen.unreadable") : ""].filter(Boolean);
  return [
    [t("seen.camera"), html`<span data-test="camera-claims">${said.join(t("list.comma")) || t("seen.none")}</span>`],
    [t("seen.state"), html`<span data-test="image-state" data-state=${state}>${t(`seen.state.${state}` as Key)}</span>`],
  ];
}

/** The other hazards whose photos are, or look like, this hazard's. */
export function alikes(images: readonly SeenImage[]): TemplateResult | typeof nothing {
  const others = images.flatMap(({ photo, alike }) => alike.map((other) => ({ ...other, own: photo })));
  if (others.length === 0) return nothing;
  return html`<div class="banner banner-todo" role="note" data-test="alike-note"><div class="banner-text"><strong>${t("seen.title")}</strong>
    <ul class="stack">${others.map((other) => html`<li><a class="sup-link" href=${href(`/board/findings/${other.finding}`)} data-test="alike" data-finding=${other.finding} data-same=${String(other.same_bytes)}>${t(other.same_bytes ? "seen.same" : "seen.alike", { number: other.number })}</a></li>`)}</ul>
    <p class="soft">${t("seen.note")}</p></div></div>`;
}
