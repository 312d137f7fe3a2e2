/** Computes the rows that are missing, several at a time, and keeps each as it comes. */
import { UndertoneError } from "../../errors.ts";
import { isFaultOfPack } from "../clips/file.ts";
import { isSystemError } from "../output/sentence.ts";
import type { DatasetClip } from "./clip.ts";
import type { RowSource } from "./compute.ts";
import type { Parts } from "./parts.ts";
import type { ExtractProgress } from "./progress.ts";
import { isFaultOfService } from "./remote.ts";

/** A clip without a row, and why. */
export interface Failure {
  readonly path: string;
  readonly slug: string;
  readonly message: string;
}

/** How a run goes on. */
export interface RunOptions {
  /** False to stop at the first clip that fails. */
  readonly continueOnError: boolean;
  readonly progress: ExtractProgress;
}

/**
 * Computes and keeps the rows of `clips`; gives those that failed, in the order of the clips.
 * @throws what other clips would meet too, such as a full disk or a damaged pack, once the clips under way have ended.
 */
export async function computeRows(
  clips: readonly DatasetClip[],
  source: RowSource,
  parts: Parts,
  { continueOnError, progress }: RunOptions,
): Promise<Failure[]> {
  const failures = new Map<DatasetClip, Failure>();
  const waiting = clips.values();
  let isStopped = false;
  const work = async () => {
    for (const clip of waiting) {
      try {
        progress.begin(clip.name);
        if (clip.fault !== undefined) throw clip.fault;
        await parts.put(clip, await source.compute(clip));
      } catch (error) {
        if (concernsAll(error)) {
          isStopped = true;
          throw error;
        }
        failures.set(clip, failureOf(clip, error as UndertoneError));
        if (!continueOnError) isStopped = true;
      }
      progress.advance(failures.size);
      if (isStopped) return;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: source.workers }, work));
  const broken = ends.find((end) => end.status === "rejected");
  if (broken !== undefined) throw broken.reason;
  return clips.flatMap((clip) => failures.get(clip) ?? []);
}

/** A fault of this program, such as a TypeError, ends the run too. */
function concernsAll(error: unknown): boolean {
  if (isSystemError(error) || !(error instanceof UndertoneError)) return true;
  return isFaultOfPack(error) || isFaultOfService(error);
}

function failureOf({ name }: DatasetClip, { slug, message }: UndertoneError): Failure {
  return { path: name, slug, message };
}
