/** Experiments over clip lengths, for the charts. */
import type { Line } from "../../src/charts/line-chart.ts";
import { speechLikeClip } from "../speech-clip.ts";
import { medianTimes, timed } from "../statistics.ts";
import type { Subject } from "../subjects/subject.ts";
import type { Experiment } from "./experiment.ts";
import { peakMemory, totalBytes } from "./memory.ts";

const CLIP_SECONDS = [1, 2, 5, 10, 20, 30] as const;

/** Time by clip length: everything in turn, one length after the other. */
export const timeByLength: Experiment = {
  answers: ["time-by-length"],
  async run(bench) {
    const subjects: Readonly<Record<string, Subject>> = {
      "Undertone q8, workerd": await bench.service(),
      "Undertone q8, Node": await bench.nodeService(1),
      "baseline, all int8, workerd": await bench.baseline("all"),
      "baseline, all int8, Node": await bench.nodeBaseline(),
    };
    const lines = emptyLines(Object.keys(subjects));
    for (const clipSeconds of CLIP_SECONDS) {
      const clip = speechLikeClip(clipSeconds);
      const contestants = Object.entries(subjects).map(
        ([name, subject]) => [name, () => timed(() => subject.run(clip))] as const,
      );
      const times = await medianTimes(Object.fromEntries(contestants), bench.options);
      for (const line of lines) line.points.push({ x: clipSeconds, y: times[line.name] / 1000 });
    }
    return { lines: { "time-by-length": lines } };
  },
};

/** Memory by clip length in workerd. */
export const memoryByLength: Experiment = {
  answers: ["memory-by-length"],
  async run(bench) {
    const subjects: Readonly<Record<string, Subject>> = {
      "Undertone q8": await bench.service(),
      "baseline, all int8": await bench.baseline("all"),
      "baseline, MatMul only": await bench.baseline("matmul"),
    };
    const lines = emptyLines(Object.keys(subjects));
    for (const clipSeconds of CLIP_SECONDS) {
      for (const line of lines) {
        const bytes = totalBytes(await peakMemory(subjects[line.name], clipSeconds));
        line.points.push({ x: clipSeconds, y: bytes / 1e6 });
      }
    }
    return { lines: { "memory-by-length": lines } };
  },
};

type GrowingLine = Omit<Line, "points"> & { readonly points: { x: number; y: number }[] };

function emptyLines(names: readonly string[]): GrowingLine[] {
  return names.map((name) => ({ name, points: [] }));
}
