/** What the embeddings of a pack depend on: those of one space can be compared, whatever threshold was calibrated since. */
import { sha256Of } from "../../crypto/digest.ts";
import type { PackManifest } from "./manifest.ts";

/** The SHA-256 of all of a manifest that its embeddings depend on, in hexadecimal. */
export function embeddingSpace({
  precision,
  architecture,
  preprocessing,
  programs,
  segments,
  heads,
}: PackManifest): Promise<string> {
  const bare = heads.map((head) => {
    if (head.kind !== "xvector") return head;
    const { threshold: _, cohort: __, ...own } = head;
    return own;
  });
  const parts = [precision, architecture, preprocessing, programs, segments, bare];
  return sha256Of(new TextEncoder().encode(JSON.stringify(parts)));
}
