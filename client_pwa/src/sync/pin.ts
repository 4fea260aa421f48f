// Unlocking offline by PIN. The PIN only guards the screen of this phone: it is kept as a PBKDF2
// hash, and five wrong tries make a wait that doubles. A crash or the camera does not lock; a
// quarter of an hour away, or lock(), does.

import { equalBytes, utf8 } from "../protocol/bytes.ts";
import { nowMs } from "../store/clock.ts";
import { readMeta, writeMeta } from "../store/db.ts";

const ITERATIONS = 210_000;
const TRIES = 5;
const WAIT_MS = 60_000;
const AWAY_MS = 15 * 60_000;
const NOTE_EVERY_MS = 30_000;

interface PinRecord {
  readonly person: string;
  readonly salt: ArrayBuffer;
  readonly hash: ArrayBuffer;
  readonly iterations: number;
  readonly wrong: number;
  readonly waitUntilMs: number;
}
const keyOf = (person: string): string => `pin:${person}`;

async function hashOf(pin: string, salt: ArrayBuffer, iterations: number): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveBits"]);
  return crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, 256);
}

/** What a finder tries first: a digit, a pair or a triple repeated (111111, 121212, 123123), or digits in a row up or down (123456). */
export function isGuessable(pin: string): boolean {
  const isRepeated = [1, 2, 3].some((length) => pin.length > length && pin === pin.slice(0, length).repeat(pin.length).slice(0, pin.length));
  return isRepeated || "01234567890".includes(pin) || "09876543210".includes(pin);
}

/** Set or change the PIN of a person on this phone: 4 to 12 digits, not guessable. Throws RangeError. */
export async function keepPin(person: string, pin: string): Promise<void> {
  if (!/^\d{4,12}$/.test(pin)) throw new RangeError("pin_format");
  if (isGuessable(pin)) throw new RangeError("pin_guessable");
  const salt = crypto.getRandomValues(new Uint8Array(16)).buffer;
  const hash = await hashOf(pin, salt, ITERATIONS);
  await writeMeta(keyOf(person), { person, salt, hash, iterations: ITERATIONS, wrong: 0, waitUntilMs: 0 } satisfies PinRecord);
  await noteActive(true);
}
export const hasPin = async (person: string): Promise<boolean> => (await readMeta(keyOf(person))) !== undefined;

let activeAtMs = 0;
let locks = 0;
/** The person is using the phone; writes at most twice a minute. */
export async function noteActive(isForced = false): Promise<void> {
  const now = nowMs();
  if (!isForced && now - activeAtMs < NOTE_EVERY_MS) return;
  const before = locks;
  if (!isForced && (await isLocked())) return;
  if (!isForced && before !== locks) return; // the very tap that locked the screen
  activeAtMs = now;
  await writeMeta("active", now);
}
async function isLocked(): Promise<boolean> {
  const last = (await readMeta<number>("active")) ?? 0;
  return Math.abs(nowMs() - last) > AWAY_MS; // a clock set back opens nothing
}
/** Whether the screen must ask this person for the PIN. */
export const needsPin = async (person: string): Promise<boolean> => (await hasPin(person)) && isLocked();
/** Ask for the PIN from now on. */
export async function lockScreen(): Promise<void> {
  activeAtMs = 0;
  locks += 1;
  await writeMeta("active", 0);
}

export interface Unlocked {
  readonly ok: boolean;
  readonly triesLeft: number;
  readonly waitMs: number;
}

const afterWrong = (wrong: number): Unlocked => {
  const over = wrong - TRIES;
  return { ok: false, triesLeft: Math.max(0, TRIES - wrong), waitMs: over < 0 ? 0 : WAIT_MS * 2 ** Math.min(over, 10) };
};

/** Try a PIN. While a wait is running nothing is compared. */
export async function tryPin(person: string, pin: string): Promise<Unlocked> {
  const record = await readMeta<PinRecord>(keyOf(person));
  if (!record) return { ok: false, triesLeft: 0, waitMs: 0 };
  const now = nowMs();
  if (record.waitUntilMs > now) return { ok: false, triesLeft: 0, waitMs: record.waitUntilMs - now };
  const hash = await hashOf(pin, record.salt, record.iterations);
  const isRight = equalBytes(new Uint8Array(hash), new Uint8Array(record.hash));
  const result = isRight ? { ok: true, triesLeft: TRIES, waitMs: 0 } : afterWrong(record.wrong + 1);
  await writeMeta(keyOf(person), { ...record, wrong: isRight ? 0 : record.wrong + 1, waitUntilMs: now + result.waitMs });
  if (isRight) await noteActive(true);
  return result;
}
