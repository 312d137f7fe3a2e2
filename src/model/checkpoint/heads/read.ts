/** Reads the task head of a Hugging Face checkpoint. */
import type { WavLMConfig } from "../../config.ts";
import type { CheckpointHead } from "../checkpoint.ts";
import type { WeightFiles } from "../huggingface/weight-files.ts";
import { lastStateInSum, parseHeadConfig, takesLayerSum } from "./config.ts";
import { describeHead } from "./describe.ts";
import { type FoundHead, findHead } from "./find.ts";
import { readHeadTokens } from "./tokens.ts";

/** Source of a head. */
export interface HeadSource {
  /** The directory of vocab.json, if the head has one. */
  readonly directory: string;
  /** config.json, parsed. */
  readonly json: unknown;
  readonly files: Pick<WeightFiles, "shapes" | "read">;
  /** Prefix of the backbone's tensor names. */
  readonly prefix: string;
  /** Names of tensors that are not the backbone's. */
  readonly others: readonly string[];
}

/** A head, and what should be said of it. */
export interface ReadHead {
  /** Left out of a bare backbone. */
  readonly taskHead?: CheckpointHead;
  readonly notes: readonly string[];
}

/**
 * Reads the head that `architectures` of config.json names, or that the tensors are of where it names none; nothing for a bare
 * backbone.
 * @throws UndertoneError `checkpoint-invalid` if its tensors are missing or misshapen or its tokens are broken,
 *   `checkpoint-unsupported` for what cannot be honoured.
 */
export async function readTaskHead(source: HeadSource, config: WavLMConfig): Promise<ReadHead> {
  const { directory, json, files } = source;
  const { head, notes } = findHead(parseHeadConfig(json), source, config);
  if (head === null) return { notes };
  const { hub } = head;
  const read = readerOf(head, files);
  const layerSum = takesLayerSum(hub)
    ? { weights: [...(await read("layer_weights")).data], lastState: lastStateInSum(hub) }
    : null;
  const tokens = await readHeadTokens(directory, hub);
  return {
    taskHead: { head: describeHead(hub, { layerSum, tokens }), tensor: read },
    notes: [...notes, ...tokens.notes],
  };
}

function readerOf({ names }: FoundHead, files: HeadSource["files"]): CheckpointHead["tensor"] {
  return async (name) => {
    const fileName = names.get(name);
    if (fileName === undefined) throw new RangeError(`no tensor ${name}`);
    return files.read(fileName);
  };
}
