/** Runs a model on a clip's file. */
import type { ClipSelection } from "../../audio/clip.ts";
import { nodeCodecs } from "../../audio/codecs/wasm/node.ts";
import { prepareClip } from "../../audio/prepare.ts";
import type { Engine } from "../../model/engine/engine.ts";
import type { Taps } from "../../model/engine/taps/taps.ts";
import { computePrepared } from "../../tasks/features/compute.ts";
import type { TaskClip } from "../../tasks/task.ts";
import { withClipFile } from "./file.ts";

/** The part of a clip to use, and the longest accepted duration. */
export interface FileReading {
  readonly selection: ClipSelection;
  readonly maxClipSeconds: number;
  readonly skipsSilence?: boolean;
}

/**
 * Decodes the clip in `path` and runs the model.
 * @throws UndertoneError, naming the file, for every fault of it, and what the engine throws.
 */
export function computeFile(
  path: string,
  engine: Engine,
  taps: Taps,
  { selection, maxClipSeconds, skipsSilence = false }: FileReading,
): Promise<TaskClip> {
  return withClipFile(path, async (pieces) => {
    const limits = { maxClipSeconds, maxDecodedSeconds: Infinity };
    const clip = await prepareClip(pieces, { selection, limits, codecs: nodeCodecs() });
    return computePrepared(clip, engine, taps, { skipsSilence });
  });
}
