/** The head of a model that is installed beside others. */
import type { HeadKind, HeadOf } from "../model/heads/head.ts";
import type { PackManifest } from "../model/pack/manifest.ts";
import type { ModelRegistry } from "../model/pack/registry.ts";
import { requireHead } from "./task.ts";

/**
 * A model's head of the kind that is needed.
 * @throws UndertoneError `model-without-head` naming the installed models that have one.
 */
export async function requireInstalledHead<Kind extends HeadKind>(
  models: Pick<ModelRegistry, "list">,
  manifest: PackManifest,
  kind: Kind,
): Promise<HeadOf<Kind>> {
  if (manifest.heads.some((head) => head.kind === kind)) return requireHead(manifest, kind);
  const { packs } = await models.list();
  const having = packs.filter((pack) => pack.manifest.heads.some((head) => head.kind === kind));
  return requireHead(
    manifest,
    kind,
    having.map((pack) => pack.manifest.id),
  );
}
