/** The x-vector pack that a diarizing pack names: its embeddings match the speakers of windows. */
import type { Engine } from "../engine/engine.ts";
import { type HeadOf, headOf } from "../heads/head.ts";
import type { PackManifest } from "./manifest.ts";

/** An x-vector model that is ready to compute, and the cosine from which on two embeddings are of one speaker. */
export interface XVectors {
  readonly engine: Engine;
  readonly head: HeadOf<"xvector">;
  readonly cosine: number;
}

/** Gives the x-vectors of a pack; null if it names no pack, or one that is not installed or has no threshold. */
export type OpenXVectors = (pack: {
  readonly manifest: Pick<PackManifest, "heads">;
}) => Promise<XVectors | null>;

/** The id of the x-vector pack that a pack names. */
export function xvectorPackOf(manifest: Pick<PackManifest, "heads">): string | undefined {
  return headOf(manifest, "frame-classification")?.xvectorPack;
}

/** The x-vectors of an engine, null if its pack has none, or no threshold for them. */
export function xvectorsOf(engine: Engine): XVectors | null {
  const head = headOf(engine.manifest, "xvector");
  return head?.threshold === undefined ? null : { engine, head, cosine: head.threshold.cosine };
}
