/** The golden vectors of task heads: which there are, and packs of them as their configs say or changed. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writePack } from "../../../src/model/build/write-pack.ts";
import { openHuggingFaceDirectory } from "../../../src/model/checkpoint/huggingface/open.ts";
import { openSafetensors } from "../../../src/model/checkpoint/safetensors/file.ts";
import type { HeadKind } from "../../../src/model/heads/head.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import type { Precision } from "../../../src/model/pack/precision.ts";
import type { Store } from "../../../src/store/store.ts";
import { type GoldenInput, goldenSamples } from "../../../support/packs/golden.ts";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";

/** A golden model with a head. */
export interface GoldenHead {
  readonly name: string;
  readonly kind: HeadKind;
  readonly doNormalize: boolean;
  /** What its config is changed by, and how the tensors of that begin. */
  readonly change: Readonly<Record<string, unknown>>;
  readonly prefix: string;
}

const NO_SUM = { change: { use_weighted_layer_sum: false }, prefix: "no_layer_sum." };
const AS_IT_IS = { change: {}, prefix: "" };
const XVECTOR = { name: "tiny-xvector", kind: "xvector", doNormalize: false } as const;
const FRAMES = { name: "tiny-afc", kind: "frame-classification", doNormalize: false } as const;
const SEQUENCE = {
  name: "tiny-seqcls",
  kind: "sequence-classification",
  doNormalize: false,
} as const;
const LARGE = { ...SEQUENCE, name: "tiny-layer-seqcls", doNormalize: true } as const;

/** Every golden head, in each way that its vectors know. */
export const GOLDEN_HEADS: readonly GoldenHead[] = [
  { ...XVECTOR, ...AS_IT_IS },
  { ...XVECTOR, ...NO_SUM },
  { ...FRAMES, ...AS_IT_IS },
  { ...FRAMES, ...NO_SUM },
  { name: "tiny-ctc", kind: "ctc", doNormalize: false, ...AS_IT_IS },
  { ...SEQUENCE, ...AS_IT_IS },
  { ...SEQUENCE, ...NO_SUM },
  { ...LARGE, change: {}, prefix: "transformers5." },
  { ...LARGE, change: { transformers_version: "4.57.6" }, prefix: "transformers4." },
  { ...LARGE, change: NO_SUM.change, prefix: "transformers5.no_layer_sum." },
];

/** Samples that golden vectors of heads are of: an input, or its first samples, as `x16000[:5200]`; `single1` is a part of x56789. */
export async function goldenPart(part: string): Promise<Float32Array<ArrayBuffer>> {
  if (part === "single1") return (await goldenSamples("x56789")).slice(0, 9000);
  const [, input = part, end] = /^(\w+)\[:(\d+)\]$/.exec(part) ?? [];
  const samples = await goldenSamples(input as GoldenInput);
  return end === undefined ? samples : samples.slice(0, Number(end));
}

/** Expected tensors of a head, by the part of an input that they are of, without those of padded batches. */
export async function goldenHeadVectors({ name, prefix }: GoldenHead) {
  const file = await openSafetensors(join(goldenDirectory(name), "golden.safetensors"));
  const parts = new Map<string, { logits?: Float32Array; embeddings?: Float32Array }>();
  for (const entry of file.entries.keys()) {
    const [, part = "", tensor = ""] =
      /^(\w+(?:\[:\d+\])?)\.(\w+)$/.exec(entry.slice(prefix.length)) ?? [];
    if (!entry.startsWith(prefix) || part === "pad" || part === "") continue;
    parts.set(part, { ...parts.get(part), [tensor]: (await file.read(entry)).data });
  }
  return parts;
}

/** Opens a golden checkpoint whose config.json, or other files beside it, are changed. */
export async function withChangedGolden<Result>(
  name: string,
  change: Readonly<Record<string, unknown>>,
  use: (directory: string) => Promise<Result>,
  files: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-golden-"));
  try {
    await cp(goldenDirectory(name), directory, { recursive: true });
    const path = join(directory, "config.json");
    const config = JSON.parse(await readFile(path, "utf8"));
    await writeFile(path, JSON.stringify({ ...config, ...change }));
    for (const [file, text] of Object.entries(files)) await writeFile(join(directory, file), text);
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Builds such a checkpoint into `store` as an installed pack, `<name>-<precision>` if no id is given. */
export async function installChanged(
  store: Store,
  name: string,
  change: Readonly<Record<string, unknown>>,
  {
    precision = "fp32",
    id,
    files,
  }: { precision?: Precision; id?: string; files?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  return withChangedGolden(
    name,
    change,
    async (directory) => {
      const checkpoint = await openHuggingFaceDirectory(directory);
      const named = { precision, id: id ?? `${name}-${precision}` };
      const manifest = await writePack(checkpoint, named, new Map(), {
        put: (key, bytes) => store.put(key, bytes),
        manifestKey,
      });
      return manifest.id;
    },
    files,
  );
}
