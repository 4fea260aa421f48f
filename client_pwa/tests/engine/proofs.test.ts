// What the phone believes of the log: only what the pinned key signed, and never another history.

import { getPublicKeyAsync, signAsync } from "@noble/ed25519";
import { beforeEach, expect, test } from "vitest";
import { base64, concat, hex, sha256, utf8 } from "../../src/protocol/bytes.ts";
import { knownCheckpoint, setDeployment } from "../../src/store/identity.ts";
import { acceptCheckpoint } from "../../src/sync/proofs.ts";
import { keepSession, sessionRecord, type SessionReply } from "../../src/sync/tokens.ts";
import { freshPhone, LI, NOON_MS } from "./phone.ts";

const ORIGIN = "liuhen/test/1";
const SECRET = new Uint8Array(32).fill(7);

async function keyOf(secret: Uint8Array): Promise<{ id: Uint8Array; text: string }> {
  const material = concat(new Uint8Array([1]), await getPublicKeyAsync(secret));
  const id = (await sha256(concat(utf8(`${ORIGIN}\n`), material))).slice(0, 4);
  return { id, text: `${ORIGIN}+${hex(id)}+${base64(material)}` };
}
async function note(size: number, root: number, secret = SECRET, origin = ORIGIN): Promise<string> {
  const text = `${origin}\n${size}\n${base64(new Uint8Array(32).fill(root))}\n`;
  const { id } = await keyOf(secret);
  return `${text}\n— ${origin} ${base64(concat(id, await signAsync(utf8(text), secret)))}\n`;
}

beforeEach(async () => {
  await freshPhone();
  const { text } = await keyOf(SECRET);
  await setDeployment({ deployment: "test", name: "test", origin: ORIGIN, logKey: text, demo: false, nowMs: 0 });
});

test("the first checkpoint the log signed is taken over and goes into later ops", async () => {
  await acceptCheckpoint(await note(5, 1));
  expect(await knownCheckpoint()).toMatchObject({ origin: ORIGIN, size: 5, root: "01".repeat(32) });
});

test("the same size with another root is a rewound log, and the known one stays", async () => {
  await acceptCheckpoint(await note(5, 1));
  await expect(acceptCheckpoint(await note(5, 2))).rejects.toMatchObject({ code: "log_rewound" });
  expect((await knownCheckpoint())!.root).toBe("01".repeat(32));
});

test("another key, another origin or a changed text is not the log speaking", async () => {
  const good = await note(5, 1);
  for (const bad of [await note(5, 1, new Uint8Array(32).fill(9)), good.replace("\n5\n", "\n6\n"), await note(5, 1, SECRET, "liuhen/other/1"), "", "<html>"]) {
    await expect(acceptCheckpoint(bad)).rejects.toMatchObject({ code: "checkpoint_invalid" });
  }
  expect(await knownCheckpoint()).toBeUndefined();
});

test("expiry is kept by the phone's own clock, and a strange reply never replaces good tokens", async () => {
  const person = { id: LI, name: "李一", role: "inspector" as const, bureau: "530902", spaces: ["530902"] };
  const now_ms = NOON_MS - 3_600_000; // this phone is an hour ahead
  await keepSession({ access_token: "a", refresh_token: "r", access_expires_ms: now_ms + 1000, refresh_expires_ms: now_ms + 9000, now_ms, person });
  expect(await sessionRecord()).toMatchObject({ accessExpiresMs: NOON_MS + 1000, clockOffsetMs: 3_600_000 });
  await expect(keepSession({ person } as unknown as SessionReply)).rejects.toMatchObject({ code: "malformed_reply" });
  expect((await sessionRecord())!.accessToken).toBe("a");
});
