import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";

const SAMPLE_RATE_HZ = 16_000;

/** A 16-bit WAV of a chirp. */
function clipOf(seconds: number, pitch = 0.05): Uint8Array<ArrayBuffer> {
  const samples = Float32Array.from(
    { length: seconds * SAMPLE_RATE_HZ },
    (_, index) => 0.5 * Math.sin(index * (pitch + index * 1e-7)),
  );
  return makeWav({ sampleRateHz: SAMPLE_RATE_HZ, channels: [samples], format: "s16" });
}

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker();
  await installGolden(worker.bucket, "tiny-group", "fp32");
});
afterAll(() => worker?.stop());

const ADDRESS = "/v1/features?format=npy";
/** Every clip is computed, however often it was before. */
const COMPUTED = { "Cache-Control": "no-store" };

function postClip(clip: Uint8Array<ArrayBuffer>): Promise<Response> {
  return worker.fetch(ADDRESS, { method: "POST", body: clip, headers: COMPUTED });
}

async function vectors(clip: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const response = await postClip(clip);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

/** What was logged of requests for features. */
function requests() {
  return worker.logs().filter(({ event, path }) => event === "request" && path === "/v1/features");
}

describe("a Worker with a small memory budget", () => {
  it("refuses a long clip before it reads weights, and computes as many seconds as it names", async () => {
    await worker.restart({ MEMORY_BUDGET_MB: "25" });
    for (const key of await worker.bucket.list("blobs/"))
      await worker.cache.put(key, new Uint8Array());
    const refused = await worker.fetch("/v1/features?layers=all", {
      method: "POST",
      body: clipOf(30),
    });
    expect(refused.status).toBe(413);
    const problem = await refused.json();
    expect(problem).toMatchObject({ type: "/problems/clip-exceeds-memory" });
    expect(worker.logs()).not.toContainEqual(expect.objectContaining({ event: "blob-damaged" }));

    expect(problem.max_seconds).toBeGreaterThan(1);
    const query = "/v1/features?layers=all&format=safetensors";
    const fitting = await worker.fetch(query, {
      method: "POST",
      body: clipOf(problem.max_seconds),
    });
    expect(fitting.status).toBe(200);
    await fitting.arrayBuffer();
    expect(worker.logs()).toContainEqual(expect.objectContaining({ event: "blob-damaged" }));
  });
});

describe("an answer of all layers", () => {
  const query = "/v1/features?layers=all&format=safetensors";
  const ask = (clip: Uint8Array<ArrayBuffer>) =>
    worker.fetch(query, { method: "POST", body: clip });
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

  it("has the same bytes while it is stored, out of the store, and after clients that left", async () => {
    await worker.restart({});
    const clip = clipOf(20, 0.03);
    const expected = await bytesOf(
      await worker.fetch(query, { method: "POST", body: clip, headers: COMPUTED }),
    );
    const together = await Promise.all([ask(clip), ask(clip), ask(clip)]);
    expect(together.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const response of together) expect(await bytesOf(response)).toEqual(expected);
    for (let time = 0; time < 3; time++) {
      const reader = (await ask(clip)).body?.getReader();
      await reader?.read();
      await reader?.cancel();
    }
    expect(await bytesOf(await ask(clip))).toEqual(expected);
    expect(worker.logs().filter(({ level }) => level === "error")).toEqual([]);
  });
});

describe("a Worker with a short window", () => {
  it("computes a longer clip in several and says so", async () => {
    await worker.restart({ WINDOW_SECONDS: "8" });
    const windows = async (seconds: number) => {
      const init = { method: "POST", body: clipOf(seconds) };
      return (await (await worker.fetch("/v1/features?pool=mean", init)).json()).windows;
    };
    expect(await windows(8)).toBe(1);
    expect(await windows(20)).toBeGreaterThan(1);
  });
});

describe("a Worker that gets fifty clips at once", () => {
  const ROUNDS = 3;
  const CLIPS = Array.from({ length: 50 }, (_, index) => clipOf(3, 0.02 + 0.01 * (index % 5)));

  it("answers each rightly or asks for it again, goes on answering, and holds no more for it", async () => {
    await worker.restart({ MAX_QUEUE: "8" });
    const alone = await Promise.all(CLIPS.slice(0, 5).map(vectors));
    const plateaus: unknown[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = requests().length;
      const ended: string[] = [];
      const answers = CLIPS.map(async (clip, index) => {
        const response = await postClip(clip);
        const bytes = new Uint8Array(await response.arrayBuffer());
        if (response.status === 200) {
          expect(bytes).toEqual(alone[index % 5]);
          ended.push("computed");
          return true;
        }
        expect(response.status).toBe(503);
        expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
        const { type } = JSON.parse(new TextDecoder().decode(bytes));
        expect(type).toBe("/problems/queue-full");
        return false;
      });
      const health = worker.fetch("/healthz").then((response) => {
        expect(response.status).toBe(200);
        ended.push("healthy");
      });
      const computed = (await Promise.all(answers)).filter(Boolean).length;
      await health;
      // One runs and eight wait at least; more where some were done before the last one came.
      expect(computed).toBeGreaterThanOrEqual(9);
      expect(ended.at(-1)).toBe("computed");
      expect(await vectors(CLIPS[0])).toEqual(alone[0]);
      const held = requests()
        .slice(before)
        .filter(({ status }) => status === 200);
      plateaus.push({
        wasmHeapBytes: Math.max(...held.map((entry) => Number(entry.wasm_heap_bytes))),
        heldBufferBytes: Math.max(...held.map((entry) => Number(entry.held_buffer_bytes))),
      });
    }
    for (const plateau of plateaus) expect(plateau).toEqual(plateaus[0]);
  });
});

describe("a Worker whose client hangs up", () => {
  const FOR_LONG_CLIPS = { MAX_CLIP_SECONDS: "300", MEMORY_BUDGET_MB: "96" };
  const LONG_CLIP = clipOf(280);
  const SHORT_CLIP = clipOf(1);
  let expected: Uint8Array;
  beforeAll(async () => {
    expected = await vectors(SHORT_CLIP);
  });

  /** Settles once the log says that a request ended because its client had left. */
  function leavingLogged(): Promise<void> {
    const ended = () => requests().map(({ status, problem }) => ({ status, problem }));
    const left = { status: 499, problem: "request-aborted" };
    return vi.waitFor(() => expect(ended()).toContainEqual(left), { timeout: 20_000 });
  }

  it("stops the computation and has room for the next clip", async () => {
    await worker.restart({ ...FOR_LONG_CLIPS, MAX_QUEUE: "0" });
    expect(await worker.postAndLeave(ADDRESS, LONG_CLIP, 500)).toBeNull();
    await leavingLogged();
    expect(await vectors(SHORT_CLIP)).toEqual(expected);
  });

  it("goes on with the clip that waited behind that client's", async () => {
    await worker.restart({ ...FOR_LONG_CLIPS, MAX_QUEUE: "8" });
    const leaving = worker.postAndLeave(ADDRESS, LONG_CLIP, 1000);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await vectors(SHORT_CLIP)).toEqual(expected);
    expect(await leaving).toBeNull();
    await leavingLogged();
  });

  it("drops the clip that waits, and computes those before and after it", async () => {
    await worker.restart({ ...FOR_LONG_CLIPS, MAX_QUEUE: "2" });
    const computing = postClip(LONG_CLIP);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await worker.postAndLeave(ADDRESS, SHORT_CLIP, 200)).toBeNull();
    const after = vectors(SHORT_CLIP);
    await leavingLogged();
    expect((await computing).status).toBe(200);
    expect(await after).toEqual(expected);
  });
});
