/** Opens a checkpoint of the hub: the pinned revision if it is a known one. */
import type { Checkpoint } from "../../model/checkpoint/checkpoint.ts";
import { type ExportedModel, openExportedModel } from "../../model/checkpoint/exported/model.ts";
import { openHuggingFaceDirectory } from "../../model/checkpoint/huggingface/open.ts";
import { hubIdentity } from "../../model/checkpoint/identity.ts";
import { recogniseCheckpoint } from "../../model/checkpoint/open.ts";
import type { ProgressReport } from "../output/progress.ts";
import { catalogEntry } from "./catalog.ts";
import type { HubSettings } from "./settings.ts";
import { fetchSnapshot } from "./snapshot.ts";
import type { HubSource } from "./source.ts";

/**
 * Fetches what is not cached of a model and opens it. Without a revision, a known model is of the catalogue's, and any other
 * of `main`.
 * @throws UndertoneError as `fetchSnapshot`, `openHuggingFaceDirectory` and `openExportedModel` do.
 */
export async function openHubCheckpoint(
  { id, revision }: HubSource,
  settings: HubSettings,
  report: ProgressReport,
): Promise<Checkpoint | ExportedModel> {
  const known = catalogEntry(id);
  const weights = known?.weights;
  const request = {
    id: known?.id ?? id,
    revision: revision ?? known?.revision ?? "main",
    // The catalogue's digests apply to its pinned revision only.
    pinned:
      revision === null && weights?.sha256 != null
        ? { file: weights.file, sha256: weights.sha256 }
        : null,
  };
  const { directory, commit } = await fetchSnapshot(request, settings, report);
  const isExport = (await recogniseCheckpoint(directory)) === "onnx";
  const open = isExport ? openExportedModel : openHuggingFaceDirectory;
  return open(directory, {
    ...hubIdentity(request.id, commit),
    licence: known?.licence ?? "unknown",
  });
}
