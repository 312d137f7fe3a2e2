/** Detects what a directory without usable weights contains. */
import type { Dirent } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { UndertoneError } from "../../../errors.ts";
import { danglingLink } from "../huggingface/dangling-link.ts";

const WEIGHT_FILE = /\.(safetensors|bin|pt|pth|ckpt)$/;
/** Files that trainers write beside weights: optimizers, schedulers, random states, arguments, adapters. */
const BESIDE_WEIGHTS =
  /^(optimizer|scheduler|scaler|rng_state|random_states|training_args|adapter_model|mp_rank_|bf16_zero_|zero_pp_rank)/;

/** Names of files in `directory` that may be weights, in order. */
export async function weightFileNames(directory: string): Promise<string[]> {
  const names = (await entriesOf(directory)).filter((entry) => !entry.isDirectory());
  return names
    .map(({ name }) => name)
    .filter((name) => WEIGHT_FILE.test(name) && !BESIDE_WEIGHTS.test(name))
    .sort();
}

/** Reads what is known of a directory of this kind; null if it is not one. */
type Recogniser = (directory: string, entries: readonly Dirent[]) => Promise<string | null>;

const RECOGNISERS: readonly Recogniser[] = [adapter, deepSpeed, distributed, otherFrameworks, runs];

/** The error that says what `directory` is and what to do with it; null if it is nothing known. */
export async function foreignDirectory(directory: string): Promise<UndertoneError | null> {
  const entries = await entriesOf(directory);
  for (const { name } of entries) {
    const dangling = await danglingLink(join(directory, name));
    if (dangling !== null) return dangling;
  }
  for (const recognise of RECOGNISERS) {
    const sentence = await recognise(directory, entries);
    if (sentence !== null) return new UndertoneError("checkpoint-invalid", sentence);
  }
  return null;
}

async function entriesOf(directory: string): Promise<Dirent[]> {
  return readdir(directory, { withFileTypes: true }).catch(() => []);
}

async function adapter(directory: string, entries: readonly Dirent[]): Promise<string | null> {
  if (!has(entries, /^adapter_config\.json$/)) return null;
  const text = await readFile(join(directory, "adapter_config.json"), "utf8").catch(() => "");
  const base = /"base_model_name_or_path"\s*:\s*"([^"\\/]+(?:\/[^"\\/]+)?)"/.exec(text)?.[1];
  return `The directory has a PEFT adapter${base === undefined ? "" : ` for ${base}`} and not the model that it changes: merge both with peft (load the base model, PeftModel.from_pretrained(model, <dir>).merge_and_unload().save_pretrained(<new dir>)), put preprocessor_config.json beside, and build from that directory.`;
}

async function deepSpeed(_: string, entries: readonly Dirent[]): Promise<string | null> {
  const part = entries.find(({ name }) =>
    /^(zero_to_fp32\.py|global_step\d+|mp_rank_\d+_model_states\.pt)$/.test(name),
  );
  if (part === undefined) return null;
  return `The directory has a checkpoint of DeepSpeed, whose weights are in parts (${part.name}): join them with 'python zero_to_fp32.py . .' in it, and build again.`;
}

async function distributed(_: string, entries: readonly Dirent[]): Promise<string | null> {
  const part = entries.find(({ name }) => /^pytorch_model_fsdp_\d+$|\.distcp$/.test(name));
  if (part === undefined) return null;
  return `The directory has a distributed checkpoint of torch (${part.name}): join its parts with 'accelerate merge-weights <dir> <new dir>', and build from that directory with the configs beside.`;
}

async function otherFrameworks(_: string, entries: readonly Dirent[]): Promise<string | null> {
  const file = entries.find(({ name }) => /\.(h5|msgpack|tflite|gguf|nemo|mlmodel)$/.test(name));
  if (file === undefined || has(entries, WEIGHT_FILE)) return null;
  return `The only weights in the directory are ${file.name}, of another framework than torch: save the model as model.safetensors with transformers, or fetch a revision that has it.`;
}

async function runs(_: string, entries: readonly Dirent[]): Promise<string | null> {
  const steps = entries
    .filter((entry) => entry.isDirectory() && /^checkpoint-\d+$/.test(entry.name))
    .map(({ name }) => name)
    .sort((a, b) => Number(a.slice("checkpoint-".length)) - Number(b.slice("checkpoint-".length)));
  if (steps.length === 0) return null;
  return `The directory is a training run's and has its checkpoints in folders: name one of them, such as ${steps.at(-1)} (of ${steps.length}).`;
}

function has(entries: readonly Dirent[], pattern: RegExp): boolean {
  return entries.some(({ name }) => pattern.test(name));
}
