/** Sources of `pack build`: a synthetic model, a path, or a model of the hub. */
import { existsSync } from "node:fs";
import { type ErrorSlug, UndertoneError } from "../../errors.ts";
import type { Checkpoint } from "../../model/checkpoint/checkpoint.ts";
import { type ExportedModel, openExportedModel } from "../../model/checkpoint/exported/model.ts";
import { followCacheFolder } from "../../model/checkpoint/huggingface/cache-folder.ts";
import { openCheckpoint, recogniseCheckpoint } from "../../model/checkpoint/open.ts";
import {
  SYNTHETIC_KINDS,
  syntheticCheckpoint,
} from "../../model/checkpoint/synthetic/synthetic.ts";
import { openHubCheckpoint } from "../hub/open-hub-checkpoint.ts";
import { type HubSettings, readHubSettings } from "../hub/settings.ts";
import { parseHubSource } from "../hub/source.ts";
import type { ProgressReport } from "../output/progress.ts";
import { bundledCheckpoint } from "./bundled.ts";

/** Help text of a source. */
export const SOURCE_FORMS =
  "a directory or weight file of a checkpoint, a ready .onnx export, organisation/name[@revision] on the hub, spoken-words, or synthetic:<model>";

/** A checkpoint to build from, or a model that is an ONNX file already. */
export type Source = Checkpoint | ExportedModel;

/** True if a source is a ready ONNX export. */
export function isExport(source: Source): source is ExportedModel {
  return "file" in source;
}

/**
 * Opens what `source` names; a local path takes precedence over a hub model of the same name.
 * @throws UndertoneError `checkpoint-invalid` if there is no such thing; and as `openCheckpoint`, `openExportedModel` and `openHubCheckpoint` do.
 */
export async function openSource(
  source: string,
  report: ProgressReport,
  settings?: HubSettings,
): Promise<Source> {
  if (source.startsWith("synthetic:")) {
    const kind = SYNTHETIC_KINDS.find((known) => source === `synthetic:${known}`);
    if (kind === undefined) throw unknownSource("checkpoint-unsupported", source);
    return syntheticCheckpoint(kind);
  }
  const onThisMachine = existsSync(source) ? source : bundledCheckpoint(source);
  if (onThisMachine !== null) {
    const path = await followCacheFolder(onThisMachine);
    const kind = await recogniseCheckpoint(path);
    return kind === "onnx" ? openExportedModel(path) : openCheckpoint(path);
  }
  const model = parseHubSource(source);
  if (model === null) throw unknownSource("checkpoint-invalid", source);
  return openHubCheckpoint(model, settings ?? readHubSettings(), report);
}

function unknownSource(slug: ErrorSlug, source: string): UndertoneError {
  const known = SYNTHETIC_KINDS.map((kind) => `synthetic:${kind}`).join(", ");
  return new UndertoneError(slug, `There is no '${source}'; name ${SOURCE_FORMS} (${known}).`);
}
