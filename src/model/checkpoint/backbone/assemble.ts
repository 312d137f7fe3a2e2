/** Puts a checkpoint together: an architecture, weight files, and what the files call each tensor. */
import type { WavLMConfig } from "../../config.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { WeightFiles } from "../huggingface/weight-files.ts";
import type { CheckpointIdentity } from "../identity.ts";
import { expectedTensors } from "./expected-tensors.ts";
import { requireTensors } from "./require-tensors.ts";

/** The parts of a checkpoint. */
export interface CheckpointParts {
  readonly identity: CheckpointIdentity;
  readonly config: WavLMConfig;
  readonly doNormalize: boolean;
  readonly files: WeightFiles;
  /** The files' names by canonical ones. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * The checkpoint of these parts.
 * @throws UndertoneError `checkpoint-invalid` if tensors are missing, extra or misshapen.
 */
export function backboneCheckpoint(parts: CheckpointParts): Checkpoint {
  const { identity, config, doNormalize, files, names } = parts;
  const found = [...names].map(
    ([name, fileName]) => [name, files.shapes.get(fileName) ?? []] as const,
  );
  requireTensors(new Map(found), expectedTensors(config));
  return {
    name: identity.name,
    weights: "checkpoint",
    config,
    doNormalize,
    provenance: {
      source: identity.source,
      sourceSha256: files.sha256,
      licence: identity.licence ?? "unknown",
    },
    tensor: async (canonicalName) => {
      const fileName = names.get(canonicalName);
      if (fileName === undefined) throw new RangeError(`no tensor ${canonicalName}`);
      return files.read(fileName);
    },
  };
}
