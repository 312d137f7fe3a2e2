import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { HOSTILE_CLIPS } from "../../../support/clips/hostile/index.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { chirp } from "../../support/http/service.ts";

/** Enough of each for its effect; of a larger body, wrangler's proxy loses an answer that comes before its end. */
const MOST_BYTES = 1_000_000;

/** Other tests may be busy on the same machine. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker();
  await installGolden(worker.bucket, "tiny-group", "fp32");
});
afterAll(() => worker?.stop());

const post = (body: Uint8Array<ArrayBuffer>) =>
  worker.fetch("/v1/features?pool=mean", { method: "POST", body });

test.each(HOSTILE_CLIPS)(
  "workerd refuses it, answers others meanwhile, and computes as before: $name",
  async ({ make, slug, attackBytes }) => {
    const attack = post(make(Math.min(attackBytes, MOST_BYTES)));
    const health = await worker.fetch("/healthz");
    expect(health.status).toBe(200);
    const answer = await attack;
    const { type } = await answer.json();
    if (slug !== null) expect(type).toBe(`/problems/${slug}`);
    expect(answer.status).toBeLessThan(500);
    const clip = await post(chirp(800));
    expect(clip.status).toBe(200);
    await clip.arrayBuffer();
  },
);
