/** Names that tensors have in files → canonical names. */
import { UndertoneError } from "../../errors.ts";

const BACKBONE_PREFIX = "wavlm.";

/** Weight norm's two factors, as torch ≥ 2.1 names them and as the hub does. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  [
    "encoder.pos_conv_embed.conv.parametrizations.weight.original0",
    "encoder.pos_conv_embed.conv.weight_g",
  ],
  [
    "encoder.pos_conv_embed.conv.parametrizations.weight.original1",
    "encoder.pos_conv_embed.conv.weight_v",
  ],
]);

/** Used only to mask spans while training. */
const TRAINING_ONLY = "masked_spec_embed";

/** Task heads of transformers' WavLMFor… classes; their names stand beside the backbone's prefix, never under it. */
const HEAD_TENSOR =
  /^((lm_head|projector|classifier|feature_extractor|tdnn\.\d+\.kernel)\.(weight|bias)|layer_weights|objective\.weight)$/;

/**
 * Canonical names of a checkpoint's backbone → the names its files use. Tensors of task heads and the training mask are left
 * out. If any name carries the `wavlm.` prefix then only those that do are the backbone's.
 * @throws UndertoneError `checkpoint-invalid` if two names mean the same tensor.
 */
export function backboneNames(fileNames: Iterable<string>): Map<string, string> {
  const all = [...fileNames];
  const prefix = all.some((name) => name.startsWith(BACKBONE_PREFIX)) ? BACKBONE_PREFIX : "";
  const names = new Map<string, string>();
  for (const fileName of all) {
    const canonical = canonicalName(fileName, prefix);
    if (canonical === null) continue;
    const other = names.get(canonical);
    if (other !== undefined) {
      throw new UndertoneError(
        "checkpoint-invalid",
        `Tensors ${other} and ${fileName} are the same one; keep one of them.`,
      );
    }
    names.set(canonical, fileName);
  }
  return names;
}

function canonicalName(fileName: string, prefix: string): string | null {
  if (HEAD_TENSOR.test(fileName)) return null;
  if (!fileName.startsWith(prefix)) return fileName;
  const bare = fileName.slice(prefix.length);
  return bare === TRAINING_ONLY ? null : (RENAMED.get(bare) ?? bare);
}
