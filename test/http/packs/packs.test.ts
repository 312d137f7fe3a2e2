import { beforeAll, describe, expect, test } from "vitest";
import { manifestKey, packBlobs } from "../../../src/model/pack/manifest.ts";
import { readManifest } from "../../../src/model/pack/registry.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { problemOf, type Service, startService } from "../../support/http/service.ts";

const ID = "tiny-group-fp32";

let service: Service;
let manifestBytes: Uint8Array<ArrayBuffer>;
let blobPath: string;
let blobBytes: Uint8Array;

beforeAll(async () => {
  const packs = memoryStore();
  await installGolden(packs, "tiny-group", "fp32");
  service = startService(nodeRegistry(packs), { packs });
  manifestBytes = (await packs.get(manifestKey(ID))) as Uint8Array<ArrayBuffer>;
  const [blob] = packBlobs((await readManifest(manifestBytes)).manifest);
  blobPath = `/v1/packs/${blob.key}`;
  blobBytes = (await packs.get(blob.key)) as Uint8Array;
});

const get = (path: string, headers: HeadersInit = {}) => service.app.request(path, { headers });
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

describe("GET /v1/packs/:id/manifest.json", () => {
  test("gives the manifest's own bytes, to be asked for again", async () => {
    const response = await get(`/v1/packs/${ID}/manifest.json`);
    expect(await bytesOf(response)).toEqual(new Uint8Array(manifestBytes));
    expect(response.headers.get("Cache-Control")).toBe("no-cache");
    const etag = response.headers.get("ETag") as string;
    expect(etag).toBe(`"${(await readManifest(manifestBytes)).packDigest}"`);
    const again = await get(`/v1/packs/${ID}/manifest.json`, { "If-None-Match": etag });
    expect(again.status).toBe(304);
  });

  test("says which packs there are if there is none of that name", async () => {
    const response = await get("/v1/packs/other/manifest.json");
    expect(await problemOf(response)).toMatchObject({ type: "/problems/unknown-model" });
  });
});

describe("GET /v1/packs/blobs/:name", () => {
  test("gives a blob that caches may keep for good", async () => {
    const response = await get(blobPath);
    expect(await bytesOf(response)).toEqual(new Uint8Array(blobBytes));
    expect(response.headers.get("Cache-Control")).toMatch(/immutable/);
    const etag = response.headers.get("ETag") as string;
    expect((await get(blobPath, { "If-None-Match": `W/${etag}` })).status).toBe(304);
  });

  test("gives the part that Range asks for", async () => {
    const response = await get(blobPath, { Range: "bytes=10-19" });
    expect(response.status).toBe(206);
    expect(response.headers.get("Content-Range")).toBe(`bytes 10-19/${blobBytes.length}`);
    expect(await bytesOf(response)).toEqual(new Uint8Array(blobBytes.slice(10, 20)));
  });

  test("refuses a part beyond its end", async () => {
    const response = await get(blobPath, { Range: `bytes=${blobBytes.length}-` });
    expect(response.status).toBe(416);
    expect(response.headers.get("Content-Range")).toBe(`bytes */${blobBytes.length}`);
  });

  test.each([
    `${"0".repeat(64)}.onnx`,
    "manifest.json",
    "..%2Fpacks%2Ftiny-group-fp32%2Fmanifest.json",
  ])("has nothing called %s", async (name) => {
    const response = await get(`/v1/packs/blobs/${name}`);
    expect(await problemOf(response)).toMatchObject({ status: 404, type: "/problems/not-found" });
  });

  test("may be read by pages of other origins", async () => {
    const { headers } = await get(blobPath);
    expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
  });
});
