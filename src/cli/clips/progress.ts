/** Progress over many clips: one line at the bottom of a terminal; nothing without a terminal. */
import { clearLine, cursorTo } from "node:readline";
import cliProgress, { type Options, type Params, SingleBar } from "cli-progress";
import type { ProgressStream } from "../output/progress.ts";

/** Receives the progress of clips. */
export interface ClipProgress {
  /** Begins with a clip. */
  begin(clip: string): void;
  /** Ends it; `failed` clips have failed so far. */
  advance(failed: number): void;
  /** Writes to standard output, above the line; several clips have a line break at the end. */
  print(parts: Iterable<Uint8Array | string>): void;
  /** Removes the line. */
  close(): void;
}

/** Shows progress on `stream` if it is a terminal and there is more than one clip. */
export function clipProgress(
  total: number,
  stream: ProgressStream = process.stderr,
  output: Pick<NodeJS.WriteStream, "write"> = process.stdout,
): ClipProgress {
  const isShown = stream.isTTY === true && total > 1;
  return isShown ? barProgress(total, stream as NodeJS.WriteStream, output) : noProgress(output);
}

function noProgress(output: Pick<NodeJS.WriteStream, "write">): ClipProgress {
  return {
    begin() {},
    advance() {},
    close() {},
    print(parts) {
      for (const part of parts) output.write(part);
    },
  };
}

function barProgress(
  total: number,
  stream: NodeJS.WriteStream,
  output: Pick<NodeJS.WriteStream, "write">,
): ClipProgress {
  const bar = new SingleBar({
    stream,
    format: (options, params, payload) =>
      lineOf(options, params, payload).slice(0, (stream.columns ?? 80) - 1),
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 20,
    // Printed text may be longer than a line; it replaces the bar.
    linewrap: true,
    forceRedraw: true,
    clearOnComplete: true,
  });
  let done = 0;
  bar.start(total, 0, { clip: "", failed: 0 });
  return {
    begin: (clip) => bar.update(done, { clip }),
    advance: (failed) => bar.update(++done, { failed }),
    print(parts) {
      clearLine(stream, 0);
      cursorTo(stream, 0);
      for (const part of parts) output.write(part);
    },
    close: () => bar.stop(),
  };
}

/** `█████░░░░░ 3/12 0:41 left, 1 failed: call-17.wav`. */
function lineOf(options: Options, params: Params, payload: Record<string, unknown>): string {
  const bar = cliProgress.Format.BarFormat(params.progress, options);
  const left =
    params.value > 0 ? ` ${cliProgress.Format.TimeFormat(params.eta, options, 1)} left` : "";
  const failed = Number(payload.failed) > 0 ? `, ${payload.failed} failed` : "";
  return `${bar} ${params.value}/${params.total}${left}${failed}: ${payload.clip}`;
}
