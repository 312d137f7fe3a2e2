/** Replaces the manifest in a pack's directory. */
import { encodeManifest, type PackManifest } from "../../model/pack/manifest.ts";
import { filesystemStore } from "../../store/filesystem.ts";

/** Replaces `manifest.json` as a whole; the pack has to be installed again for a service to see it. */
export async function writeManifest(directory: string, manifest: PackManifest): Promise<void> {
  await filesystemStore(directory).put("manifest.json", encodeManifest(manifest));
}
