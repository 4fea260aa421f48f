// Originals over a link to the bucket: believed by their hash alone, and asked of the service where the bucket fails.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256Hex } from "../../src/protocol/bytes.ts";
import { fetchOriginal } from "../../src/sync/fetches.ts";
import { freshPhone, LI, pass, photoBytes, SPACE } from "./phone.ts";
import { type Asked, hangUp, serve, signIn } from "./service.ts";

const LINK_TYPE = "application/vnd.liuhen.link+json";
const PHOTO = photoBytes(1);
let bucket: Server;
let bucketAsked: { readonly url: string; readonly authorization: string | undefined }[] = [];
let sha256 = "";
let begun = 0;

/** A bucket that answers everything with these bytes and this status. */
async function open(bytes: ArrayBuffer, status = 200): Promise<string> {
  bucket = createServer((request, response) => {
    bucketAsked.push({ url: request.url!, authorization: request.headers.authorization });
    response.writeHead(status).end(Buffer.from(bytes));
  });
  await new Promise<void>((resolve) => bucket.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(bucket.address() as AddressInfo).port}/key?signed`;
}

/** A service that gives who takes one a link to there, and everybody else the bytes. */
async function linking(url: string): Promise<Asked[]> {
  const link = new TextEncoder().encode(JSON.stringify({ url, media_type: "image/jpeg", size_bytes: PHOTO.byteLength })).buffer as ArrayBuffer;
  return serve({
    [`GET /spaces/${SPACE}/blobs/${sha256}`]: (asked) =>
      asked.header("accept").includes(LINK_TYPE) ? { bytes: link, mediaType: LINK_TYPE } : { bytes: PHOTO, mediaType: "image/jpeg" },
  });
}

const fetched = async (): Promise<string> => sha256Hex(await (await fetchOriginal(SPACE, sha256)).arrayBuffer());

beforeEach(async () => {
  await freshPhone();
  await signIn(LI);
  pass(3_600_000 * (begun += 1)); // a bucket that failed in the test before is asked again
  bucketAsked = [];
  sha256 = await sha256Hex(PHOTO);
});
afterEach(async () => {
  await hangUp();
  bucket.closeAllConnections();
  await new Promise((resolve) => bucket.close(resolve));
});

test("the bytes come from the bucket, which is shown no token", async () => {
  const asked = await linking(await open(PHOTO));
  expect(await fetched()).toBe(sha256);
  expect(asked).toHaveLength(1);
  expect(bucketAsked).toEqual([{ url: "/key?signed", authorization: undefined }]);
});

for (const [what, bytes, status] of [["other bytes", photoBytes(2), 200], ["a refusal", new ArrayBuffer(3), 403]] as const) {
  test(`${what} from the bucket: the service is asked, and the bucket left alone for five minutes`, async () => {
    const asked = await linking(await open(bytes, status));
    expect(await fetched()).toBe(sha256);
    expect(asked.map(({ header }) => header("accept").includes(LINK_TYPE))).toEqual([true, false]);
    expect(await fetched()).toBe(sha256);
    expect(bucketAsked).toHaveLength(1);
    pass(5 * 60_000 + 1);
    expect(await fetched()).toBe(sha256);
    expect(bucketAsked).toHaveLength(2);
  });
}

test("a bucket that is not there: the service is asked", async () => {
  const url = await open(PHOTO);
  await new Promise((resolve) => bucket.close(resolve));
  await linking(url);
  expect(await fetched()).toBe(sha256);
});
