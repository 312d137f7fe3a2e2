import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { ALL_FILES, damageTo, fieldFiles, type WholeFiles } from "../../support/clips/damage.ts";

const PATIENCE_MS = 5_000;
const FILES = 300;
const FIELD_FILES = 1_000;

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker();
  await installGolden(worker.bucket, "tiny-group", "fp32");
});
afterAll(() => worker?.stop());

function post(body: Uint8Array<ArrayBuffer>, options: RequestInit = {}): Promise<Response> {
  // Kept results would be answered without the engine, whose memory this is about.
  const headers = { "Cache-Control": "no-store" };
  return worker.fetch("/v1/features?pool=mean", { method: "POST", body, headers, ...options });
}

/** What an answer's problem is, or `computed`. */
async function outcomeOf(response: Response): Promise<string> {
  const answer = await response.json();
  if (response.status === 200) {
    expect(answer.layers[0].data.every(Number.isFinite)).toBe(true);
    return "computed";
  }
  expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  return `${response.status} ${answer.type}`;
}

describe("a Worker that gets damaged files", () => {
  it("computes each or refuses it by name within 5 s, and holds no more for it", async () => {
    const clip = readClip("mp3/cbr-44100-2.mp3");
    const expected = await (await post(clip)).json();
    const before = lastMemory();
    await expectAnswered(ALL_FILES, FILES);
    await expectAnswered(await fieldFiles(), FIELD_FILES);
    const { layers } = await (await post(clip)).json();
    expect(layers).toEqual(expected.layers);
    expect(lastMemory()).toEqual(before);
  }, 600_000);
});

function expectAnswered(files: WholeFiles, numRuns: number): Promise<void> {
  return fc.assert(
    fc.asyncProperty(damageTo(files), async ({ history, bytes }) => {
      const answer = await post(bytes, { signal: AbortSignal.timeout(PATIENCE_MS) });
      expect(await outcomeOf(answer), history).toMatch(
        /^(computed|415 .*|422 .*|400 \/problems\/empty-body|413 \/problems\/clip-too-long)$/,
      );
    }),
    { numRuns },
  );
}

/** What the engine held after the last clip that was computed. */
function lastMemory() {
  const { wasm_heap_bytes, held_buffer_bytes } = worker
    .logs()
    .findLast(({ event, status }) => event === "request" && status === 200) as Record<
    string,
    unknown
  >;
  return { wasm_heap_bytes, held_buffer_bytes };
}
