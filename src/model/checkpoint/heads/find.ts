/** Finds a task head among the tensors that are not the backbone's. */
import { UndertoneError } from "../../../errors.ts";
import type { WavLMConfig } from "../../config.ts";
import type { TensorShapes } from "../backbone/expected-tensors.ts";
import { groupByPrefix, isWhole, type PrefixGroup } from "../backbone/prefixes.ts";
import { requireTensors } from "../backbone/require-tensors.ts";
import { headClass, headKindsOf, type NamedClass, namedClass } from "./architectures.ts";
import type { HeadConfig, HubHead } from "./config.ts";
import { expectedHeadTensors } from "./tensors.ts";

/** Tensors beside a backbone. */
export interface BesideBackbone {
  readonly files: { readonly shapes: TensorShapes };
  /** Prefix of the backbone's tensor names. */
  readonly prefix: string;
  readonly others: readonly string[];
}

/** A head whose tensors are all there. */
export interface FoundHead {
  readonly hub: HubHead;
  /** The files' names by those of transformers. */
  readonly names: ReadonlyMap<string, string>;
}

/** The head, and what should be said of it. */
export interface HeadFinding {
  /** null for a bare backbone. */
  readonly head: FoundHead | null;
  readonly notes: readonly string[];
}

/**
 * Finds the head that config.json names; where it names none, or one of a related family, the one kind that the tensors fit.
 * @throws UndertoneError `checkpoint-invalid` if tensors of the named head are missing or misshapen, `checkpoint-unsupported`
 *   for labels that cannot be.
 */
export function findHead(
  headConfig: HeadConfig,
  beside: BesideBackbone,
  config: WavLMConfig,
): HeadFinding {
  const { shapes } = beside.files;
  const named = namedClass(headConfig.architectures, config.family);
  if (named.kind !== null) {
    const hub = { ...headConfig, kind: named.kind };
    const expected = expectedHeadTensors(hub, config);
    const names = nearestGroup(beside, expected)?.names ?? new Map<string, string>();
    const found = [...names].map(([name, file]) => [name, shapes.get(file) ?? []] as const);
    requireTensors(new Map(found), expected);
    return { head: { hub, names }, notes: leftOut(beside, names) };
  }
  const fitting = headKindsOf(config.family).flatMap((kind) =>
    fittingHead({ ...headConfig, kind }, beside, config),
  );
  const [head] = fitting;
  if (head === undefined || fitting.length > 1) return { head: null, notes: leftOut(beside) };
  const built = headClass(config.family, head.hub.kind);
  if (named.isOpen)
    return { head, notes: [inferredNote(named, built), ...leftOut(beside, head.names)] };
  return { head: null, notes: [droppedNote(named, built), ...leftOut(beside, head.names)] };
}

/** The head of that kind, if all of its tensors are there in their shapes and no other kind's are. */
function fittingHead(hub: HubHead, beside: BesideBackbone, config: WavLMConfig): FoundHead[] {
  const expected = tensorsIfDescribed(hub, config);
  const group = expected && nearestGroup(beside, expected);
  if (!expected || !group || !isWhole(group, expected, beside.files.shapes)) return [];
  const others = headKindsOf(config.family).filter((kind) => kind !== hub.kind);
  const isOther = others.some((kind) =>
    [...(tensorsIfDescribed({ ...hub, kind }, config)?.keys() ?? [])].some(
      (name) => !expected.has(name) && beside.others.includes(group.prefix + name),
    ),
  );
  return isOther ? [] : [{ hub, names: group.names }];
}

/** Labels that cannot be are no matter while nobody has asked for the head. */
function tensorsIfDescribed(hub: HubHead, config: WavLMConfig): TensorShapes | null {
  try {
    return expectedHeadTensors(hub, config);
  } catch (error) {
    if (error instanceof UndertoneError) return null;
    throw error;
  }
}

/** A head stands beside the backbone: `model.classifier` beside `model.wavlm`. */
function nearestGroup(
  { prefix, others }: BesideBackbone,
  expected: TensorShapes,
): PrefixGroup | undefined {
  const parent = prefix.replace(/[^.]+\.$/, "");
  const groups = groupByPrefix(others, expected);
  const [largest] = groups;
  const beside = groups.filter((group) => group.prefix === parent || group.prefix === prefix);
  return beside.find(({ names }) => names.size === largest?.names.size) ?? largest;
}

function inferredNote({ name }: NamedClass, built: string): string {
  const said = name === null ? "names no architecture" : `names ${name}`;
  return `config.json ${said}; the tensors beside the backbone are those of ${built}, whose head is built.`;
}

function droppedNote({ name }: NamedClass, built: string): string {
  return `config.json names ${name}, so the head is left out; its tensors are those of ${built}: set "architectures": ["${built}"] to have it built.`;
}

const MAX_NAMED = 8;

/** One sentence that lists modules whose tensors are not built, if there are any. */
function leftOut({ others }: BesideBackbone, taken?: ReadonlyMap<string, string>): string[] {
  const used = new Set(taken?.values());
  const modules = new Set(
    others.filter((name) => !used.has(name)).map((name) => name.replace(/\.(weight|bias)$/, "")),
  );
  if (modules.size === 0) return [];
  const named = [...modules].slice(0, MAX_NAMED).join(", ");
  const rest = modules.size > MAX_NAMED ? `, and ${modules.size - MAX_NAMED} more` : "";
  return [`Left out: ${named}${rest} (neither the backbone's nor those of a known head).`];
}
