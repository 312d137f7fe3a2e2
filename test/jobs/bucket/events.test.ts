import { beforeEach, describe, expect, it } from "vitest";
import { joinBytes } from "../../../src/bytes.ts";
import type { ObjectBucket } from "../../../src/store/object-bucket.ts";
import { chirp } from "../../support/http/service.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";

const EVENT = {
  account: "account",
  bucket: "undertone-audio",
  object: { key: "in/a/b.wav", size: 1644, eTag: "v1" },
  action: "PutObject",
  eventTime: "2026-01-15T12:00:00.000Z",
};

let objects: Map<string, { etag: string; bytes: Uint8Array<ArrayBuffer> }>;
let service: JobService;
beforeEach(async () => {
  objects = new Map();
  service = await startJobService({ bucket: bucketOf(objects) });
});

/** The reader may free its pieces. */
async function* onePiece(bytes: Uint8Array) {
  yield bytes.slice();
}

/** The driver for R2 is tried on R2 itself; here it matters what is asked of it. */
function bucketOf(held: typeof objects): ObjectBucket {
  return {
    async read(key, etag) {
      const object = held.get(key);
      return object?.etag === etag ? onePiece(object.bytes) : null;
    },
    async write(key, pieces) {
      held.set(key, { etag: "result", bytes: joinBytes(await Array.fromAsync(pieces)) });
    },
  };
}

const jobs = async () => (await (await service.app.request("/v1/jobs")).json()).jobs;

describe("an event of the watched bucket", () => {
  it("is a job whose result goes below the other prefix", async () => {
    objects.set("in/a/b.wav", { etag: "v1", bytes: chirp(800) });
    await service.background.takeBucketEvent(EVENT);
    await service.drain();
    const result = JSON.parse(new TextDecoder().decode(objects.get("out/a/b.wav.json")?.bytes));
    expect(result).toMatchObject({ pool: "mean", layers: [{ name: "hidden_states.3" }] });
    expect(await jobs()).toMatchObject([
      { status: "done", audio: { kind: "object", key: "in/a/b.wav", etag: "v1" } },
    ]);
  });

  it("is one job however often it comes, and another when the object is written again", async () => {
    objects.set("in/a/b.wav", { etag: "v1", bytes: chirp(800) });
    for (let time = 0; time < 3; time++) {
      await service.background.takeBucketEvent(EVENT);
      await service.drain();
    }
    expect(await jobs()).toHaveLength(1);
    await service.background.takeBucketEvent({ ...EVENT, eventTime: "2026-01-15T12:00:01.000Z" });
    expect(await jobs()).toHaveLength(2);
  });

  it("fails if the object was replaced meanwhile, whose own event will come", async () => {
    objects.set("in/a/b.wav", { etag: "v2", bytes: chirp(800) });
    await service.background.takeBucketEvent(EVENT);
    await service.drain();
    expect(await jobs()).toMatchObject([
      { status: "failed", problem: { type: "/problems/clip-gone" } },
    ]);
  });

  it.each([
    ["outside the prefix", { ...EVENT, object: { ...EVENT.object, key: "elsewhere/b.wav" } }],
    ["of a result", { ...EVENT, object: { ...EVENT.object, key: "out/b.wav.json" } }],
    ["of a deletion", { ...EVENT, action: "DeleteObject" }],
  ])("%s makes no job", async (_what, event) => {
    expect(await service.background.takeBucketEvent(event)).toEqual({ kind: "done" });
    expect(await jobs()).toEqual([]);
  });

  it.each([null, "text", 7, {}, { action: "PutObject" }, { ...EVENT, object: null }])(
    "that is none (%j) is logged and done with",
    async (event) => {
      expect(await service.background.takeBucketEvent(event)).toEqual({ kind: "done" });
      expect(service.logged).toContainEqual(
        expect.objectContaining({ event: "bucket-event-unreadable" }),
      );
    },
  );

  it("that could not be taken is taken from the dead letters", async () => {
    objects.set("in/a/b.wav", { etag: "v1", bytes: chirp(800) });
    await service.background.bury(EVENT as never);
    await service.drain();
    expect(await jobs()).toMatchObject([{ status: "done" }]);
  });
});
