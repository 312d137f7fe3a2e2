/** Finds the backbone among a file's tensors, and the canonical name of each. */
import { UndertoneError } from "../../../errors.ts";
import type { TensorFile } from "../files/tensor-file.ts";
import { canonicalOfOriginal } from "../original/names.ts";
import type { TensorShapes } from "./expected-tensors.ts";
import { groupByPrefix, isWhole, type PrefixGroup } from "./prefixes.ts";

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

/** Modules of the backbone; what stands in them and is not expected is of another architecture. */
const BACKBONE_PART = /^(feature_extractor\.conv_layers|feature_projection|encoder)\./;

/** Needed by training alone: the mask of spans, the classes of a loss, and what trainers write beside a state_dict. */
const TRAINING_ONLY =
  /(^|\.)(masked_spec_embed|mask_emb|objective\.weight)$|^(callbacks|loops|optimizer\w*|(lr_)?schedulers?\w*|scaler)\./;

/** Tensor names of unmerged LoRA factors. */
const LORA = /\.(lora_[AB]|lora_embedding_[AB]|base_layer)\./;

/** A file's tensors, told apart. */
export interface FoundBackbone {
  /** Prefix of the backbone's tensor names: `wavlm.`, `module.`, or empty. */
  readonly prefix: string;
  /** The file's names by canonical ones, and by their own what stands in the backbone and is not expected there. */
  readonly names: ReadonlyMap<string, string>;
  /** The file's names of everything else: a head, and what training left. */
  readonly others: readonly string[];
}

/**
 * Finds the one prefix under which a file has all of the backbone's tensors; where none is complete, that which is nearest to
 * it.
 * @param expected shapes by canonical name
 * @throws UndertoneError `checkpoint-invalid` if there is nothing like a backbone, more than one, or LoRA's factors that were
 *   not merged into it.
 */
export function findBackbone(
  file: Pick<TensorFile, "shapes" | "keys">,
  expected: TensorShapes,
): FoundBackbone {
  const { shapes } = file;
  const fileNames = [...shapes.keys()];
  const groups = groupByPrefix(fileNames, expected, canonicalName);
  const complete = groups.filter(({ names }) => names.size === expected.size);
  const fitting = complete.filter((group) => isWhole(group, expected, shapes));
  if (fitting.length > 1) throw severalBackbones(fitting);
  const [group] = fitting.length === 1 ? fitting : groups;
  const extra = group === undefined ? [] : extrasOf(group, fileNames);
  if (fitting.length === 0 || extra.length > 0) refuseUnmerged(fileNames);
  if (group === undefined || group.names.size < Math.min(expected.size, fileNames.length) / 2) {
    throw noBackbone(file, expected);
  }
  const { prefix } = group;
  const names = new Map([
    ...group.names,
    ...extra.map((fileName) => [fileName.slice(prefix.length), fileName] as const),
  ]);
  const taken = new Set(names.values());
  const others = fileNames.filter((name) => !taken.has(name) && !TRAINING_ONLY.test(name));
  return { prefix, names, others };
}

/** The canonical name of a tensor that the hub or the original (and toolkits based on it) name so. */
function canonicalName(name: string): string {
  return RENAMED.get(name) ?? canonicalOfOriginal(name);
}

function extrasOf({ prefix, names }: PrefixGroup, fileNames: readonly string[]): string[] {
  const taken = new Set(names.values());
  return fileNames.filter(
    (name) =>
      !taken.has(name) && name.startsWith(prefix) && BACKBONE_PART.test(name.slice(prefix.length)),
  );
}

function refuseUnmerged(fileNames: readonly string[]): void {
  const factor = fileNames.find((name) => LORA.test(name));
  if (factor === undefined) return;
  throw new UndertoneError(
    "checkpoint-invalid",
    `The weights have LoRA's factors beside them (${factor}): merge them with peft, model.merge_and_unload().save_pretrained(<dir>), and build from that directory.`,
  );
}

function severalBackbones(groups: readonly PrefixGroup[]): UndertoneError {
  const prefixes = groups.map(({ prefix }) => prefix);
  const named = prefixes.map((prefix) => `'${prefix}'`).join(" and ");
  return new UndertoneError(
    "checkpoint-invalid",
    `The weights have ${groups.length} backbones, under ${named}: save the state_dict of one of them alone.`,
    { prefixes },
  );
}

const MAX_NAMED = 8;

function noBackbone(
  { shapes, keys = [] }: Pick<TensorFile, "shapes" | "keys">,
  expected: TensorShapes,
): UndertoneError {
  const fileNames = [...shapes.keys()];
  const there =
    fileNames.length > 0
      ? `names there begin with ${beginnings(fileNames)}, such as ${fileNames[0]}`
      : `there are no tensors${keys.length > 0 ? `, only ${keys.slice(0, MAX_NAMED).join(", ")}` : ""}`;
  return new UndertoneError(
    "checkpoint-invalid",
    `Under no prefix do the weights have the tensors of the WavLM that config.json describes: ${there}. Use the config.json that belongs to them, or save the state_dict of the WavLM alone.`,
    { missing: [...expected.keys()], extra: fileNames },
  );
}

/** The most frequent beginnings of names, with counts. */
function beginnings(fileNames: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of fileNames) {
    const beginning = name.slice(0, name.indexOf(".") + 1) || name;
    counts.set(beginning, (counts.get(beginning) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const named = sorted.slice(0, MAX_NAMED).map(([beginning, count]) => `${beginning} (${count})`);
  const rest = sorted.length - named.length;
  return `${named.join(", ")}${rest > 0 ? `, and ${rest} more` : ""}`;
}
