/** A model over several isolates, against one that holds it alone. */
import type { Quantity } from "../rows.ts";
import { speechLikeClip } from "../speech-clip.ts";
import { medianTimes } from "../statistics.ts";
import type { Service } from "../subjects/service.ts";
import type { Workbench } from "../workbench.ts";
import type { Experiment } from "./experiment.ts";
import { megabytes } from "./memory.ts";
import { ratioOf, runOf } from "./timing.ts";

const CLIP_SECONDS = 5;
const clip = speechLikeClip(CLIP_SECONDS);

/** Time of a warm clip on two stages against one Worker alone, and the weights that are read for it; three give the same bits. */
export const stages: Experiment = {
  answers: ["stages", "stages-reads"],
  async run(bench) {
    const { times, reads, digest } = await compare(bench, "base", 2);
    await checkBits(await bench.edgeService(3, "base"), digest);
    return {
      findings: [
        { row: "stages", measured: ratioOf(times.staged, times.alone) },
        { row: "stages-reads", measured: readsOf(reads) },
      ],
    };
  },
};

/** The large model on five stages, against one Worker alone. */
export const stagesOfLargeModel: Experiment = {
  answers: ["stages-large"],
  async run(bench) {
    const { times, reads } = await compare(bench, "large", 5);
    const perSecond = (ms: number) => ms / CLIP_SECONDS;
    const { value, detail } = readsOf(reads);
    const words = `alone ${perSecond(times.alone).toFixed(1)}; read ${value.toFixed(1)} MB, ${detail}`;
    return {
      findings: [
        { row: "stages-large", measured: { value: perSecond(times.staged), detail: words } },
      ],
    };
  },
};

/** Times of a warm clip and bytes of weights read for it, on so many stages and on one Worker alone, which give the same bits. */
async function compare(bench: Workbench, model: "base" | "large", count: number) {
  const services = {
    alone: await bench.edgeService(1, model),
    staged: await bench.edgeService(count, model),
  };
  const { alone, staged } = services;
  const times = await medianTimes(
    { alone: runOf(alone, clip), staged: runOf(staged, clip) },
    bench.options,
  );
  const digest = alone.digest();
  if (staged.digest() !== digest) throw new Error(`${count} stages gave other bits`);
  const read = (service: Service) => service.readWeightBytes();
  return { times, digest, reads: { alone: await read(alone), staged: await read(staged) } };
}

/** @throws Error if `service` gives the clip another digest */
async function checkBits(service: Service, digest: string): Promise<void> {
  await runOf(service, clip)();
  if (service.digest() !== digest) throw new Error("three stages gave other bits");
}

function readsOf({ alone, staged }: { readonly alone: number; readonly staged: number }): Quantity {
  return { value: staged / 1e6, detail: `alone ${megabytes(alone)}` };
}
