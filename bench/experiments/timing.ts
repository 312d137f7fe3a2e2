/** Experiments with the clock: the service against the baseline and against itself. */

import type { Quantity } from "../rows.ts";
import { type Clip, speechLikeClip } from "../speech-clip.ts";
import { median, medianTimes, timed } from "../statistics.ts";
import type { Subject } from "../subjects/subject.ts";
import type { Workbench } from "../workbench.ts";
import type { Experiment } from "./experiment.ts";

const SHORT_SECONDS = 5;
const LONG_SECONDS = 30;

/** Undertone against the baseline in workerd. */
export const timeInWorkerd: Experiment = {
  answers: ["time"],
  run: async (bench) =>
    againstBaseline(bench, "time", await bench.service(), await bench.baseline("all")),
};

/** Undertone against the baseline in Node. */
export const timeInNode: Experiment = {
  answers: ["time-node"],
  run: async (bench) =>
    againstBaseline(bench, "time-node", await bench.nodeService(1), await bench.nodeBaseline()),
};

async function againstBaseline(
  bench: Workbench,
  row: "time" | "time-node",
  subject: Subject,
  baseline: Subject,
) {
  const clip = speechLikeClip(SHORT_SECONDS);
  const times = await medianTimes(
    { own: runOf(subject, clip), baseline: runOf(baseline, clip) },
    bench.options,
  );
  return {
    findings: [
      {
        row,
        measured: { value: times.own / times.baseline, detail: seconds(times.own) },
        baseline: {
          value: 1,
          detail: `${seconds(times.baseline)}, ${bench.baselineOrigin("all")}`,
        },
      },
    ],
  };
}

/** Undertone in Node where V8 may not use AVX-VNNI, against itself where it may. */
export const withoutVnni: Experiment = {
  answers: ["no-vnni"],
  async run(bench) {
    const clip = speechLikeClip(SHORT_SECONDS);
    const times = await medianTimes(
      {
        without: runOf(await bench.nodeServiceWithoutVnni(), clip),
        with: runOf(await bench.nodeService(1), clip),
      },
      bench.options,
    );
    return { findings: [{ row: "no-vnni", measured: ratioOf(times.without, times.with) }] };
  },
};

/** Time per second of long clips against short ones. */
export const linearity: Experiment = {
  answers: ["linearity"],
  async run(bench) {
    const measured = await perSecond(bench, await bench.service());
    const baseline = await perSecond(bench, await bench.baseline("all"));
    return { findings: [{ row: "linearity", measured, baseline }] };
  },
};

async function perSecond({ options }: Workbench, subject: Subject): Promise<Quantity> {
  const short = runOf(subject, speechLikeClip(SHORT_SECONDS));
  const long = runOf(subject, speechLikeClip(LONG_SECONDS));
  const times = await medianTimes({ short, long }, options);
  const perLong = times.long / LONG_SECONDS;
  const perShort = times.short / SHORT_SECONDS;
  return {
    value: perLong / perShort,
    detail: `${perLong.toFixed(0)} ms over ${perShort.toFixed(0)} ms`,
  };
}

/** Time up to a middle layer against all layers. */
export const halfDepth: Experiment = {
  answers: ["half-depth"],
  async run(bench) {
    const subject = await bench.service();
    const { layerCount } = (await bench.basePack()).manifest.architecture;
    const clip = speechLikeClip(SHORT_SECONDS);
    const times = await medianTimes(
      {
        half: runOf(subject, clip, Math.floor(layerCount / 2)),
        all: runOf(subject, clip, layerCount),
      },
      bench.options,
    );
    const measured = ratioOf(times.half, times.all);
    return { findings: [{ row: "half-depth", measured, baseline: { value: 1 } }] };
  },
};

/** First answer of a fresh isolate against a warm one. */
export const coldStart: Experiment = {
  answers: ["cold-start"],
  async run(bench) {
    const measured = await coldOverWarm(bench, await bench.service());
    const baseline = await coldOverWarm(bench, await bench.baseline("all"));
    return { findings: [{ row: "cold-start", measured, baseline }] };
  },
};

async function coldOverWarm({ options }: Workbench, subject: Subject): Promise<Quantity> {
  const clip = speechLikeClip(SHORT_SECONDS);
  // The first run fills the edge cache, and is over before its writes are: the second gives them time.
  await subject.run(clip);
  await subject.run(clip);
  const cold: number[] = [];
  const warm: number[] = [];
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    await subject.restart();
    cold.push(await timed(() => subject.run(clip)));
    for (let run = 0; run < options.warmUps; run++) await subject.run(clip);
    warm.push(await timed(() => subject.run(clip)));
  }
  return ratioOf(median(cold), median(warm));
}

/** Time with a budget of two layers against all resident. */
export const streaming: Experiment = {
  answers: ["streaming"],
  async run(bench) {
    const clip = speechLikeClip(SHORT_SECONDS);
    const times = await medianTimes(
      {
        twoLayers: runOf(await bench.twoLayerService(), clip),
        resident: runOf(await bench.residentService(), clip),
      },
      bench.options,
    );
    const measured = ratioOf(times.twoLayers, times.resident);
    return { findings: [{ row: "streaming", measured }] };
  },
};

/** One timed run of a clip. */
export function runOf(subject: Subject, clip: Clip, layer?: number): () => Promise<number> {
  return () => timed(() => subject.run(clip, layer));
}

/** A ratio, and the seconds that it was made of. */
export function ratioOf(milliseconds: number, overMilliseconds: number): Quantity {
  const detail = `${seconds(milliseconds)} over ${seconds(overMilliseconds)}`;
  return { value: milliseconds / overMilliseconds, detail };
}

/** Seconds with two digits. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
