/** Keys of results: everything that their numbers depend on, and nothing else. */
import { sha256Of } from "../crypto/digest.ts";

/** A computation: the clip, the pack and the options. */
export interface Computation {
  /** SHA-256 of the clip's bytes; of several clips those of each, in their order, with `+` between. */
  readonly clipSha256: string;
  /** SHA-256 of the pack's manifest. */
  readonly packDigest: string;
  /** The tensors asked for, written in one way only: `last` and `12` of a model of 12 layers are the same. */
  readonly taps: string;
  /** What is made of the tensors: a pooling, or a task and its options. */
  readonly made: string;
  /** The part of the clip: track, channel, start and end. */
  readonly selection: string;
  /** Longer clips are computed in windows of this length, which changes their last digits. */
  readonly windowSeconds: number;
}

/** Grows when the same computation begins to give other numbers. */
const COMPUTATION_VERSION = 3;

/** The key under which the result of a computation is kept: 64 hexadecimal digits. */
export function resultKey(computation: Computation): Promise<string> {
  const { clipSha256, packDigest, taps, made, selection, windowSeconds } = computation;
  const parts = [COMPUTATION_VERSION, clipSha256, packDigest, taps, made, selection, windowSeconds];
  return sha256Of(new TextEncoder().encode(JSON.stringify(parts)));
}
