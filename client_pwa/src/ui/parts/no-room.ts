// <lh-no-room>: what to do when this phone is full. One way out, the one that helps now: delete what the server has
// verified, upload what it has not, or, without a network, save everything to a file. What was taken and did not fit waits here.

import { html, nothing, type TemplateResult } from "lit";
import { define, ScreenElement } from "../../screen/element.ts";
import { t } from "../../screen/i18n.ts";
import { icon } from "../../screen/icons.ts";
import { banner, button, sheet } from "../../screen/parts.ts";
import { navigate } from "../../screen/router.ts";
import { isFull, room, type Room, type StoreError } from "../../store/index.ts";
import { engine } from "../../sync/index.ts";
import { NotKept } from "../not-kept.ts";
import { say } from "../../screen/says.ts";
import { session } from "../session.ts";
import { wayOut, type WayOut } from "../way-out.ts";
import { megabytes } from "./sync-chip.ts";

const PLACES: Readonly<Record<WayOut, string>> = { free: "/storage", upload: "/upload", rescue: "/carry/save" };
const SHAPES = { free: "phone", upload: "upload", rescue: "download" } as const;

class NoRoom extends ScreenElement {
  room: Room | undefined;
  waiting: readonly NotKept[] = [];
  open = false;
  asking = false;
  busy = false;

  constructor() {
    super();
    this.watch(() => {
      const stay = (event: BeforeUnloadEvent): void => void (this.count > 0 && event.preventDefault());
      addEventListener("beforeunload", stay);
      return () => removeEventListener("beforeunload", stay);
    });
  }

  /** Something could not be kept, or was not begun, because the phone is full. */
  refused(reason: StoreError): void {
    if (reason instanceof NotKept) this.waiting = [...this.waiting, reason];
    this.put({ open: true, asking: false });
    this.attempt(async () => this.put({ room: await room() }));
  }

  private get mine(): NotKept[] {
    return this.waiting.filter(({ person }) => person === session()?.person);
  }

  private get count(): number {
    return this.mine.reduce((sum, { count }) => sum + count, 0);
  }

  private async again(): Promise<void> {
    if (this.busy) return;
    this.put({ busy: true });
    try {
      for (const one of this.mine) {
        this.waiting = this.waiting.filter((other) => other !== one);
        await this.keep(one);
      }
      this.put({ open: this.count > 0, room: await room() });
      if (this.count === 0) say(this, t("saved.here"));
    } finally {
      this.put({ busy: false });
    }
  }

  private async keep(one: NotKept): Promise<void> {
    try {
      await one.again();
    } catch (reason) {
      this.waiting = [...this.waiting, reason instanceof NotKept ? reason : one];
      if (!isFull(reason)) throw reason;
    }
  }

  private letGo(): void {
    const mine = this.mine;
    this.put({ waiting: this.waiting.filter((one) => !mine.includes(one)), asking: false, open: false });
  }

  private out(held: Room): TemplateResult {
    const way = wayOut(held, engine.status().online);
    const { bytes, count } = way === "free" ? held.verified : held.waiting;
    return html`<p>${t(`room.${way}_why`)}</p>
      ${button(t(`room.${way}`, { count, size: megabytes(bytes) }), () => {
        this.put({ open: false });
        navigate(PLACES[way]);
      }, { kind: this.count > 0 ? "plain" : "primary", wide: true, icon: SHAPES[way], test: `no-room-${way}` })}`;
  }

  private left(): TemplateResult | typeof nothing {
    if (this.count === 0) return nothing;
    if (this.asking) {
      return html`${banner("alarm", t("room.let_go_sure", { count: this.count }))}
        ${button(t("room.let_go", { count: this.count }), () => this.letGo(), { kind: "danger", wide: true, test: "let-go-confirm" })}`;
    }
    return html`${button(t("room.again", { count: this.count }), () => this.attempt(() => this.again()), { kind: "primary", wide: true, icon: "check", disabled: this.busy, test: "keep-again" })}
      ${button(t("room.let_go", { count: this.count }), () => this.put({ asking: true }), { kind: "quiet", wide: true, test: "let-go" })}`;
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.open) {
      return this.count === 0 ? nothing : html`<div class="not-kept" role="alert" data-test="not-kept" data-count=${this.count}>${icon("attention")}
        <span class="grow">${t("room.not_kept", { count: this.count })}</span>${button(t("room.open"), () => this.put({ open: true }), { test: "not-kept-open" })}</div>`;
    }
    const free = this.room && this.room.freeBytes >= 0 ? t("room.only", { size: megabytes(this.room.freeBytes) }) : t("room.kept");
    return sheet(t("room.full"), html`
      ${banner("alarm", this.count > 0 ? t("room.not_kept", { count: this.count }) : t("room.refused"), this.count > 0 ? t("room.not_kept_hint") : free)}
      ${this.room ? this.out(this.room) : nothing} ${this.left()}`, () => this.put({ open: false, asking: false }), "no-room");
  }
}

define("lh-no-room", NoRoom);
export type { NoRoom };
