/** Adding to the manifest of a pack's directory what was found out about it. */
import { encodeManifest, type PackManifest } from "../../model/pack/manifest.ts";
import { filesystemStore } from "../../store/filesystem.ts";

/** Replaces `manifest.json` as a whole; the pack has to be installed again for a service to see it. */
export async function writeManifest(directory: string, manifest: PackManifest): Promise<void> {
  await filesystemStore(directory).put("manifest.json", encodeManifest(manifest));
}
