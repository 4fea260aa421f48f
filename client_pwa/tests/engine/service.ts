/// <reference types="node" />
// A scripted other end of the link on a real local port: it answers what a test puts there, so that the engine's own
// requests, retries and waits are what is tried. It decides nothing and is no imitation of the server.

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getPublicKeyAsync, signAsync } from "@noble/ed25519";
import { base64, concat, hex, sha256, utf8 } from "../../src/protocol/bytes.ts";
import { readHeader } from "../../src/protocol/ops.ts";
import type { WireOp } from "../../src/protocol/rows.ts";
import { setDeployment } from "../../src/store/identity.ts";
import { useApi } from "../../src/sync/api.ts";
import { keepSession } from "../../src/sync/tokens.ts";
import { NOON_MS, SPACE } from "./phone.ts";

const ORIGIN = "liuhen/test/1";
const SECRET = new Uint8Array(32).fill(7);

export interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string;
  readonly json: unknown;
  readonly header: (name: string) => string;
  readonly sizeBytes: number;
}
/** A status with a problem code or with headers, any other JSON document, text or bytes, or nothing: the link breaks. */
export type Answer =
  | { readonly json: unknown }
  | { readonly text: string }
  | { readonly bytes: ArrayBuffer; readonly mediaType: string }
  | { readonly status: number; readonly code: string }
  | { readonly status: number; readonly headers: { readonly [name: string]: string } }
  | undefined;
export type Script = { readonly [methodAndPath: string]: (asked: Asked) => Answer | Promise<Answer> };

async function readAsked(request: IncomingMessage): Promise<Asked> {
  const { pathname, searchParams } = new URL(request.url!, "http://phone");
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const header = (name: string): string => String(request.headers[name.toLowerCase()] ?? "");
  const json = header("content-type") === "application/json" ? (JSON.parse(body.toString()) as unknown) : undefined;
  return { path: pathname, query: searchParams, token: header("authorization").replace("Bearer ", ""), json, header, sizeBytes: body.byteLength };
}

let server: Server | undefined;
/** Answer by the script from now on; keys are `METHOD /path`, or `METHOD /folder/*`. Every request is in the list returned. */
export async function serve(script: Script): Promise<Asked[]> {
  const asked: Asked[] = [];
  server = createServer((request, response) => {
    void (async () => {
      const one = await readAsked(request);
      asked.push(one);
      const folder = one.path.slice(0, one.path.lastIndexOf("/") + 1);
      const scripted = script[`${request.method} ${one.path}`] ?? script[`${request.method} ${folder}*`];
      const answer = await (scripted ?? (() => ({ status: 404, code: "not_found" })))(one);
      if (!answer) return void request.socket.destroy();
      if ("headers" in answer) return void response.writeHead(answer.status, answer.headers).end();
      if ("bytes" in answer) return void response.writeHead(200, { "Content-Type": answer.mediaType }).end(Buffer.from(answer.bytes));
      const isText = "text" in answer;
      response.writeHead("code" in answer ? answer.status : 200, { "Content-Type": isText ? "text/plain" : "application/json" });
      response.end(isText ? answer.text : JSON.stringify("json" in answer ? answer.json : { code: answer.code }));
    })();
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  useApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return asked;
}
export async function hangUp(): Promise<void> {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
}

async function material(): Promise<Uint8Array> {
  return concat(new Uint8Array([1]), await getPublicKeyAsync(SECRET));
}
const keyId = async (): Promise<Uint8Array> => (await sha256(concat(utf8(`${ORIGIN}\n`), await material()))).slice(0, 4);

/** A checkpoint of one leaf, signed by the log the phone knows. */
export async function checkpoint(): Promise<string> {
  const text = `${ORIGIN}\n1\n${base64(new Uint8Array(32).fill(1))}\n`;
  return `${text}\n— ${ORIGIN} ${base64(concat(await keyId(), await signAsync(utf8(text), SECRET)))}\n`;
}

export const personOf = (id: string) => ({ id, name: id, role: "inspector" as const, bureau: SPACE, spaces: [SPACE] });

/** Sign in without asking; the token is named like the person. */
export async function signIn(id: string): Promise<void> {
  const now_ms = NOON_MS;
  await setDeployment({ deployment: "test", name: "test", origin: ORIGIN, logKey: `${ORIGIN}+${hex(await keyId())}+${base64(await material())}`, demo: false, nowMs: 0, protocol: { min: 1, max: 1 }, learnedAtMs: now_ms });
  await keepSession({ access_token: id, refresh_token: `r-${id}`, access_expires_ms: now_ms + 86_400_000, refresh_expires_ms: now_ms + 86_400_000, now_ms, person: personOf(id) });
}

/** The `seq` of each op pushed. */
export const seqsOf = ({ json }: Asked): number[] => (json as WireOp[]).map(({ header }) => readHeader(header).seq);
