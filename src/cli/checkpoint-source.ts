/** What `pack build` can be told to build: a synthetic model, a path, or a model of the hub. */
import { existsSync } from "node:fs";
import { type ErrorSlug, UndertoneError } from "../errors.ts";
import type { Checkpoint } from "../model/checkpoint/checkpoint.ts";
import { openCheckpoint } from "../model/checkpoint/open-checkpoint.ts";
import { SYNTHETIC_KINDS, syntheticCheckpoint } from "../model/checkpoint/synthetic.ts";
import { openHubCheckpoint } from "./hub/open-hub-checkpoint.ts";
import { type HubSettings, readHubSettings } from "./hub/settings.ts";
import { parseHubSource } from "./hub/source.ts";
import type { ProgressReport } from "./progress.ts";

/** How a source is described to users. */
export const SOURCE_FORMS =
  "a directory or weight file of a checkpoint, organisation/name[@revision] on the hub, or synthetic:<model>";

/**
 * Opens the checkpoint that `source` names; what is on this machine goes before what the hub calls the same.
 * @throws UndertoneError `checkpoint-invalid` if there is no such thing; and as `openCheckpoint` and `openHubCheckpoint` do.
 */
export async function openSource(
  source: string,
  report: ProgressReport,
  settings?: HubSettings,
): Promise<Checkpoint> {
  if (source.startsWith("synthetic:")) {
    const kind = SYNTHETIC_KINDS.find((known) => source === `synthetic:${known}`);
    if (kind === undefined) throw unknownSource("checkpoint-unsupported", source);
    return syntheticCheckpoint(kind);
  }
  if (existsSync(source)) return openCheckpoint(source);
  const model = parseHubSource(source);
  if (model === null) throw unknownSource("checkpoint-invalid", source);
  return openHubCheckpoint(model, settings ?? readHubSettings(), report);
}

function unknownSource(slug: ErrorSlug, source: string): UndertoneError {
  const known = SYNTHETIC_KINDS.map((kind) => `synthetic:${kind}`).join(", ");
  return new UndertoneError(slug, `There is no '${source}'; name ${SOURCE_FORMS} (${known}).`);
}
