import { beforeEach, describe, expect, test } from "vitest";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { bytesOf, chirp, post, type Service, startService } from "../../support/http/service.ts";

let service: Service;
/** Settles once what was to be kept after the answers is kept. */
let kept: Promise<unknown>[];
beforeEach(async () => {
  kept = [];
  service = startService(await tinyRegistry(), { keepAlive: (work) => void kept.push(work) });
});

const clip = chirp(1200);
const HIT = "Undertone; hit";
const MISS = "Undertone; fwd=miss; stored";

async function status(query: string, body: BodyInit = clip, cacheControl?: string) {
  const headers: HeadersInit = cacheControl === undefined ? {} : { "Cache-Control": cacheControl };
  const response = await post(service, query, body, headers);
  expect(response.status).toBe(200);
  return response.headers.get("Cache-Status");
}

describe("POST /v1/features", () => {
  test("computes a clip once, and gives the same bytes in whatever format it is asked for", async () => {
    const fresh = await bytesOf(
      await post(service, "?layers=all&format=npz", clip, { "Cache-Control": "no-store" }),
    );
    expect(await status("?layers=all")).toBe(MISS);
    const hit = await post(service, "?layers=all&format=npz", clip);
    expect(hit.headers.get("Cache-Status")).toBe(HIT);
    expect(hit.headers.get("Server-Timing")).toMatch(/^cache;desc=hit, decode;dur=/);
    expect(hit.headers.get("X-Undertone-Model")).toBe("tiny-group-fp32");
    expect(await bytesOf(hit)).toEqual(fresh);
  });

  test.each([
    ["", "?layers=last"],
    ["", "?layers=3"],
    ["", "?layers=-1"],
    ["", "?format=npy&dtype=f16"],
    ["?layers=1,0", "?layers=0,1,1"],
  ])("knows that %j and %j are the same computation", async (one, other) => {
    expect(await status(one)).toBe(MISS);
    expect(await status(other)).toBe(HIT);
  });

  test.each([
    ["", "?layers=last_hidden_state"],
    ["", "?pool=mean"],
    ["?layers=0,1", "?layers=0"],
    ["?pool=mean", "?pool=mean_std"],
  ])("knows that %j and %j are not", async (one, other) => {
    expect(await status(one)).toBe(MISS);
    expect(await status(other)).toBe(MISS);
  });

  test("tells clips of the same sound in other bytes apart", async () => {
    expect(await status("")).toBe(MISS);
    expect(await status("", chirp(1200, { format: "s24" }))).toBe(MISS);
  });

  test("computes anew on no-cache, and keeps nothing on no-store", async () => {
    expect(await status("", clip, "no-store")).toBe("Undertone; fwd=request");
    expect(await status("")).toBe(MISS);
    expect(await status("", clip, "max-age=0, No-Cache")).toBe("Undertone; fwd=request; stored");
    expect(await status("")).toBe(HIT);
  });

  test("keeps a result after its answer, for RESULT_TTL and no longer", async () => {
    let nowMs = 0;
    service = startService(await tinyRegistry(), { now: () => nowMs });
    expect(await status("")).toBe(MISS);
    nowMs += service.platform.settings.resultTtlMs - 1;
    expect(await status("")).toBe(HIT);
    nowMs += 1;
    expect(await status("")).toBe(MISS);
  });

  test("has what it keeps kept alive beyond the answer", async () => {
    await status("");
    expect(kept).toHaveLength(1);
    await Promise.all(kept);
    expect(await service.platform.files.list("results/")).toHaveLength(1);
  });

  test("refuses a clip as ever: refusals are not kept", async () => {
    for (let time = 0; time < 2; time++) {
      expect((await post(service, "", "no audio")).status).toBe(415);
    }
  });

  test("answers although nothing can be kept or found, and logs it", async () => {
    service = startService(await tinyRegistry(), { files: filesystemStore("/dev/null/nowhere") });
    expect(await status("")).toBe(MISS);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await status("")).toBe(MISS);
    expect(service.logged).toContainEqual(
      expect.objectContaining({ event: "result-cache-failed" }),
    );
  });
});
