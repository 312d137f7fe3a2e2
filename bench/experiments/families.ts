/** Experiments with other models than the released WavLMs, against base-plus. All are synthetic: time depends on shapes alone. */
import { speechLikeClip } from "../speech-clip.ts";
import { medianTimes } from "../statistics.ts";
import type { Workbench } from "../workbench.ts";
import type { Experiment } from "./experiment.ts";
import { peakMemory, quantityOf } from "./memory.ts";
import { ratioOf, runOf } from "./timing.ts";

const CLIP_SECONDS = 5;
const MEMORY_CLIP_SECONDS = 10;

/** wav2vec 2.0, which has no position bias, against WavLM. */
export const timeOfWav2vec2: Experiment = {
  answers: ["wav2vec2"],
  run: async (bench) => ({
    findings: [{ row: "wav2vec2", measured: await overBasePlus(bench, "wav2vec2") }],
  }),
};

/** A pruned WavLM against the whole one. */
export const timeOfPruned: Experiment = {
  answers: ["pruned"],
  run: async (bench) => ({
    findings: [{ row: "pruned", measured: await overBasePlus(bench, "pruned") }],
  }),
};

/** A pruned WavLM's memory. */
export const memoryOfPruned: Experiment = {
  answers: ["memory-pruned"],
  async run(bench) {
    const subject = await bench.syntheticService("pruned");
    const measured = quantityOf(await peakMemory(subject, MEMORY_CLIP_SECONDS));
    return { findings: [{ row: "memory-pruned", measured }] };
  },
};

async function overBasePlus(bench: Workbench, kind: "wav2vec2" | "pruned") {
  const clip = speechLikeClip(CLIP_SECONDS);
  const times = await medianTimes(
    {
      own: runOf(await bench.syntheticService(kind), clip),
      basePlus: runOf(await bench.syntheticService("base-plus"), clip),
    },
    bench.options,
  );
  return ratioOf(times.own, times.basePlus);
}
