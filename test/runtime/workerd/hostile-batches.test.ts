import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { chirp } from "../../support/http/service.ts";

const MIB = 1024 * 1024;

/** Other tests may be busy on the same machine. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker();
  await installGolden(worker.bucket, "tiny-group", "fp32");
});
afterAll(() => worker?.stop());

/** Submits a batch, and counts the other requests that are answered before it is. */
async function submit(body: Uint8Array<ArrayBuffer> | string) {
  let isOver = false;
  let answeredMeanwhile = 0;
  const others = async () => {
    while (!isOver) {
      const answer = await worker.fetch("/healthz");
      await answer.arrayBuffer();
      if (!isOver) answeredMeanwhile++;
    }
  };
  const asking = others();
  try {
    const answer = await worker.fetch("/v1/batches", { method: "POST", body });
    const { type } = await answer.json();
    return { status: answer.status, type, answeredMeanwhile };
  } finally {
    isOver = true;
    await asking;
  }
}

const filled = (bytes: number, character: string) =>
  new Uint8Array(bytes).fill(character.charCodeAt(0));

it.each([
  ["32 MiB of [", () => filled(32 * MIB, "["), "body-too-large", 413],
  ["16 MiB of [", () => filled(16 * MIB, "["), "batch-not-jsonl", 400],
  ["16 MiB of line feeds", () => filled(16 * MIB, "\n"), "batch-too-long", 413],
  ["5,592,405 objects", () => "{}\n".repeat((16 * MIB) / 3), "batch-too-long", 413],
  [
    "10,000 lines of 1,600 brackets",
    () => `${"[".repeat(1600)}\n`.repeat(10_000),
    "batch-not-jsonl",
    400,
  ],
] as const)(
  "%s are refused in workerd, which then computes as before",
  async (_what, body, slug, status) => {
    const refused = await submit(body());
    expect(refused).toMatchObject({ status, type: `/problems/${slug}` });
    const answer = await worker.fetch("/v1/features?pool=mean", {
      method: "POST",
      body: chirp(800),
    });
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
  },
);

it("other requests are answered while workerd checks a long batch", async () => {
  const taken = await submit(
    Array.from(
      { length: 10_000 },
      (_, index) => `{"url": "ftp://a.dev/${index}", "options": {"pool": "x${index}"}}`,
    ).join("\n"),
  );
  expect(taken.status).toBe(202);
  expect(taken.answeredMeanwhile).toBeGreaterThan(1);
});
