/** The computation of recordings, as messages call it: behind an interface without audio and models. */
import type { StoredResult } from "../../results/results.ts";
import type { RecordingPlan } from "./plan.ts";
import type { SampleStore } from "./samples.ts";
import type { DoneWindow } from "./table.ts";

/** The progress of a window. */
export type ReportLayer = (layersDone: number, layersTotal: number) => void;

/** Told what becomes of a clip: it is computed at once, or it turns out to be long. */
export interface LongClips {
  /**
   * To be called before the model is: who dies of that is noted, and who dies while a clip is decoded is not to blame for it.
   * @throws UndertoneError `request-aborted` if the job was deleted, or is another consumer's.
   */
  computes(): Promise<void>;
  /**
   * Gives the place of a long clip's samples.
   * @throws UndertoneError `queue-full` if the owner has enough of them under way.
   */
  begin(): Promise<SampleStore>;
}

/** A window that was computed. */
export interface ComputedWindowParts {
  /** What is stored of it. */
  readonly parts: readonly Uint8Array[];
  readonly backend: string;
}

/** One pack and what is asked of it, window by window. */
export interface RecordedWork {
  /** SHA-256 of the manifest of the pack, and of its x-vector pack: windows of one recording are all computed by the same. */
  readonly packDigest: string;
  /** How often the samples of a window are held: twice where its voices are computed, too. */
  readonly sampleCopies: number;
  /**
   * Computes a window.
   * @throws UndertoneError what the engine throws.
   */
  computeWindow(
    plan: RecordingPlan,
    number: number,
    samples: Float32Array,
    run: { readonly report: ReportLayer; readonly signal: AbortSignal },
  ): Promise<ComputedWindowParts>;
  /** The memory that joining takes, as far as it grows with the recording. */
  joinBytes(plan: RecordingPlan): number;
  /**
   * Joins windows, of which none is missing from the first to the last of them; parts are read one after the other.
   * @throws UndertoneError what the engine throws.
   */
  join(
    plan: RecordingPlan,
    windows: readonly DoneWindow[],
    readPart: (window: DoneWindow) => Promise<Uint8Array>,
  ): Promise<StoredResult>;
}
