/** Progress of long steps: a bar on a terminal, plain lines elsewhere; always on standard error. */
import { SingleBar } from "cli-progress";

/** Receives the progress of one step after another. */
export interface ProgressReport {
  /** Begins a step of `total` units, such as files or layers. */
  start(label: string, total: number): void;
  /** `count` more units, 1 if left out, are done. */
  advance(count?: number): void;
  /** Ends the step, whether or not all its units are done. */
  done(): void;
}

/**
 * Reports one step of `total` units while `work` does it, and ends the report even if `work` throws: a bar left running
 * would keep the process alive.
 */
export async function reportStep<Result>(
  report: ProgressReport,
  label: string,
  total: number,
  work: (advance: () => void) => Promise<Result>,
): Promise<Result> {
  report.start(label, total);
  try {
    return await work(() => report.advance());
  } finally {
    report.done();
  }
}

/** The stream of a report. */
export type ProgressStream = Pick<NodeJS.WriteStream, "write"> & { readonly isTTY?: boolean };

/** Reports to `stream`, standard error if left out. */
export function reportProgress(stream: ProgressStream = process.stderr): ProgressReport {
  return stream.isTTY === true ? barReport(stream as NodeJS.WriteStream) : lineReport(stream);
}

function barReport(stream: NodeJS.WriteStream): ProgressReport {
  let bar: SingleBar | undefined;
  return {
    start(label, total) {
      bar = new SingleBar({
        stream,
        format: "{label} {bar} {value}/{total} {duration_formatted}",
        barCompleteChar: "█",
        barIncompleteChar: "░",
        barsize: 30,
      });
      bar.start(total, 0, { label });
    },
    advance: (count = 1) => bar?.increment(count),
    done: () => bar?.stop(),
  };
}

/** Maximum number of lines between the first and the last of a step. */
const LINES_PER_STEP = 4;

function lineReport(stream: ProgressStream): ProgressReport {
  let step = { label: "", total: 0, value: 0, startedAtMs: 0 };
  return {
    start(label, total) {
      step = { label, total, value: 0, startedAtMs: performance.now() };
      stream.write(`${label}: 0/${total}\n`);
    },
    advance(count = 1) {
      const before = step.value;
      step.value += count;
      const partOf = (value: number) => Math.floor((value * LINES_PER_STEP) / step.total);
      if (partOf(step.value) > partOf(before) && step.value < step.total) {
        stream.write(`${step.label}: ${step.value}/${step.total}\n`);
      }
    },
    done() {
      const seconds = ((performance.now() - step.startedAtMs) / 1000).toFixed(1);
      const outcome = step.value < step.total ? "stopped after" : "done in";
      stream.write(`${step.label}: ${step.value}/${step.total}, ${outcome} ${seconds} s\n`);
    },
  };
}
