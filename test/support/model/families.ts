/** Tiny models of families beside WavLM (test/fixtures/families): their checkpoints, and what transformers gives of them. */
import { rmSync } from "node:fs";
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normalise } from "../../../src/audio/clip/normalise.ts";
import { writePack } from "../../../src/model/build/write-pack.ts";
import type { Checkpoint } from "../../../src/model/checkpoint/checkpoint.ts";
import type { TensorFile } from "../../../src/model/checkpoint/files/tensor-file.ts";
import { openHuggingFaceDirectory } from "../../../src/model/checkpoint/huggingface/open.ts";
import { openSafetensors } from "../../../src/model/checkpoint/safetensors/file.ts";
import type { HeadKind } from "../../../src/model/heads/head.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import type { Precision } from "../../../src/model/pack/precision.ts";
import type { Store } from "../../../src/store/store.ts";
import { type GoldenInput, goldenSamples } from "../../../support/packs/golden.ts";
import { fixture, temporaryDirectory } from "../checkpoints/files.ts";

/** The models, and the heads that each has weights for. */
export const FAMILY_MODELS = [
  { name: "wav2vec2-base", heads: ["ctc", "sequence-classification"] },
  { name: "wav2vec2-large", heads: ["frame-classification", "xvector"] },
  { name: "hubert-base", heads: ["sequence-classification"] },
  { name: "hubert-large", heads: ["ctc"] },
  { name: "hubert-distilled", heads: [] },
  { name: "unispeech-sat-base", heads: ["ctc", "xvector"] },
  { name: "unispeech-sat-large", heads: ["frame-classification", "sequence-classification"] },
] as const satisfies readonly { name: string; heads: readonly HeadKind[] }[];
export type FamilyModel = (typeof FAMILY_MODELS)[number]["name"];

export const FAMILY_INPUTS = ["x400", "x4001", "x16000", "x56789"] as const;

/** Of the longest input the fixtures have every 16th frame. */
const LONG_STEP = 16;

/** The path of a model's own file. */
export function familyFile(name: FamilyModel, file: string): string {
  return fixture(`families/${name}/${file}`);
}

/** Changes of a model as the fixtures have it. */
export interface FamilyChanges {
  /** Left out for the backbone alone. */
  readonly head?: HeadKind | undefined;
  /** Of fields of config.json. */
  readonly change?: Readonly<Record<string, unknown>>;
  /** Files that are added or replaced. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A directory, for a test, with a model as the hub has it, its backbone and head as shards. */
export async function familyCheckpoint(name: FamilyModel, changes: FamilyChanges = {}) {
  return writeCheckpoint(join(await temporaryDirectory(), name), name, changes);
}

/** Opens a model, whose tensors can be read for as long as tests run. */
export async function openFamily(name: FamilyModel, head?: HeadKind): Promise<Checkpoint> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-family-"));
  process.once("exit", () => rmSync(directory, { recursive: true }));
  return openHuggingFaceDirectory(await writeCheckpoint(directory, name, { head }));
}

/** Builds a model, not calibrated, into `store` as an installed pack and gives its id, such as `hubert-large-ctc-fp32`. */
export async function installFamily(
  store: Store,
  name: FamilyModel,
  precision: Precision,
  head?: HeadKind,
): Promise<string> {
  const id = [name, ...(head === undefined ? [] : [head]), precision].join("-");
  await writePack(await openFamily(name, head), { precision, id }, new Map(), {
    put: (key, bytes) => store.put(key, bytes),
    manifestKey,
  });
  return id;
}

async function writeCheckpoint(
  directory: string,
  name: FamilyModel,
  { head, change = {}, files = {} }: FamilyChanges,
): Promise<string> {
  const shards = ["backbone.safetensors", ...(head === undefined ? [] : [`${head}.safetensors`])];
  const tokenizer = head === "ctc" ? ["vocab.json", "tokenizer_config.json"] : [];
  for (const file of ["preprocessor_config.json", ...tokenizer, ...shards]) {
    await cp(familyFile(name, file), join(directory, file));
  }
  const stated = head === undefined ? "config.json" : `${head}.config.json`;
  const config = JSON.parse(await readFile(familyFile(name, stated), "utf8"));
  await writeFile(join(directory, "config.json"), JSON.stringify({ ...config, ...change }));
  const tensors = shards.map(async (shard) => {
    const { shapes } = await openSafetensors(familyFile(name, shard));
    return [...shapes.keys()].map((tensor) => [tensor, shard] as const);
  });
  const index = { weight_map: Object.fromEntries((await Promise.all(tensors)).flat()) };
  await writeFile(join(directory, "model.safetensors.index.json"), JSON.stringify(index));
  for (const [file, text] of Object.entries(files)) await writeFile(join(directory, file), text);
  return directory;
}

/** Samples of an input as a model's preprocessing wants them. */
export async function familyInput(name: FamilyModel, input: GoldenInput): Promise<Float32Array> {
  const samples = await goldenSamples(input);
  return name.endsWith("-large") ? normalise(samples) : samples;
}

/** What transformers gives of an input, by the names that the API gives tensors, and how many frames apart. */
export async function familyReferences(name: FamilyModel, input: (typeof FAMILY_INPUTS)[number]) {
  return referencesIn(await openSafetensors(familyFile(name, "golden.safetensors")), input);
}

/** The tensors of a file of golden vectors, by the names that the API gives them, and how many frames apart. */
export async function referencesIn(
  file: Pick<TensorFile, "read">,
  input: (typeof FAMILY_INPUTS)[number],
) {
  const frameStep = input === "x56789" ? LONG_STEP : 1;
  const suffix = frameStep === 1 ? "" : `_every${LONG_STEP}`;
  const read = (tensor: string) => file.read(`${input}.${tensor}${suffix}`);
  const states = await read("hidden_states");
  const size = states.data.length / (states.shape[0] as number);
  const tensors = new Map<string, Float32Array>([
    ["last_hidden_state", (await read("last_hidden_state")).data],
    ["extract_features", (await read("extract_features")).data],
  ]);
  for (let index = 0; index < (states.shape[0] as number); index++) {
    tensors.set(`hidden_states.${index}`, states.data.subarray(index * size, (index + 1) * size));
  }
  return { frameStep, tensors };
}

/** What transformers' head gives of x16000. */
export async function familyHeadReference(name: FamilyModel, head: HeadKind) {
  const file = await openSafetensors(familyFile(name, "golden.safetensors"));
  const read = async (tensor: string) => (await file.read(`x16000.${head}.${tensor}`)).data;
  return {
    logits: await read("logits"),
    embeddings: head === "xvector" ? await read("embeddings") : null,
  };
}
