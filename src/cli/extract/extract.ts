/** Extracts the features of a dataset: computes what is missing, then writes the output. */
import { rm, writeFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { UndertoneError } from "../../errors.ts";
import { resolveOptions } from "../../tasks/options/request.ts";
import { FeatureOptionsSchema } from "../../tasks/options/schema.ts";
import { givenOptions, namingFlags } from "../options/schema.ts";
import { jsonLine } from "../output/json-line.ts";
import { invalidOut, outputKind } from "../output/out-path.ts";
import { requireWritable } from "../output/require-writable.ts";
import { isSystemError } from "../output/sentence.ts";
import type { Dataset, DatasetClip } from "./clip.ts";
import { localRows, type RowSource } from "./compute.ts";
import { OWN_COLUMNS } from "./formats/format.ts";
import { openParts, type Parts, readPlan } from "./parts.ts";
import { extractProgress } from "./progress.ts";
import { remoteRows } from "./remote.ts";
import { computeRows, type Failure } from "./run.ts";
import { openDataset } from "./sources/open.ts";
import { OUTPUT_FORMATS, writeOutput } from "./write.ts";

/** The flags of the command, beside the options of features. */
export interface ExtractFlags {
  readonly out: string;
  readonly pack?: string;
  readonly url?: URL;
  readonly key?: string;
  readonly model?: string;
  readonly workers: number;
  readonly maxClipSeconds: number;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly continueOnError?: boolean;
}

/** The exit status of a run whose output lacks clips that failed. */
const SOME_FAILED = 2;

/**
 * Computes the features of every clip of a dataset and writes them to one file; gives the exit status: 0, 1 if a clip failed
 * and nothing was written, 2 if the output lacks clips that failed.
 * @throws UndertoneError `invalid-option`, and what every clip would meet; rows that were computed before are kept.
 */
export async function extractDataset(path: string, flags: ExtractFlags): Promise<number> {
  const { out, overwrite, resume } = flags;
  const format = formatOf(out);
  const options = namingFlags(() => resolveOptions({}, givenOptions(flags, FeatureOptionsSchema)));
  await requireWritable(dirname(out));
  const directory = `${out}.parts`;
  if (!(await mayBegin(out, directory, flags))) return 0;
  const dataset = await openDataset(path);
  requireOwnColumns(dataset, path);
  const source = await openSource(flags, options);
  try {
    const plan = JSON.stringify({ ...source.identity, options: optionsOf(flags) });
    if (overwrite) await rm(directory, { recursive: true, force: true });
    if (resume) await requireSamePlan(directory, plan);
    const parts = await openParts(directory, plan);
    const failures = await computeMissing(dataset, source, parts, flags);
    await reportFailures(`${out}.failures.jsonl`, failures);
    if (failures.length > 0 && !flags.continueOnError) {
      console.error(
        `Stopped. Go on with --resume, and past clips that fail with --continue-on-error.`,
      );
      return 1;
    }
    const target = { path: out, format, dtype: options.dtype };
    const rows = await keeping(directory, () => writeOutput(target, dataset, parts));
    console.log(`${out}: ${countOfClips(rows)} by ${source.identity.model ?? flags.url?.origin}`);
    if (failures.length === 0) await parts.remove();
    return failures.length === 0 ? 0 : SOME_FAILED;
  } finally {
    await source.close();
  }
}

function formatOf(out: string): string {
  const ending = extname(out).slice(1).toLowerCase();
  if (ending in OUTPUT_FORMATS) return ending;
  const endings = Object.keys(OUTPUT_FORMATS).map((name) => `.${name}`);
  throw invalidOut(`--out ${out} says no format: name a file that ends in ${endings.join(", ")}.`);
}

/** False if there is nothing left to do. */
async function mayBegin(
  out: string,
  directory: string,
  { resume, overwrite }: ExtractFlags,
): Promise<boolean> {
  if (resume && overwrite) throw invalidOut("--resume and --overwrite exclude each other.");
  const kind = await outputKind(out);
  if (kind === "directory" || kind === "device") {
    throw invalidOut(`--out ${out} is no file: name another.`);
  }
  const isBegun = (await readPlan(directory)) !== null;
  if (resume && kind === "file" && !isBegun) {
    console.log(`${out} is there already, and whole.`);
    return false;
  }
  if (resume || overwrite) return true;
  if (isBegun) {
    throw invalidOut(
      `${out} was begun before (${directory}): go on with --resume, or begin anew with --overwrite.`,
    );
  }
  if (kind === "file") {
    throw invalidOut(`${out} exists: replace it with --overwrite, or name another --out.`);
  }
  return true;
}

function requireOwnColumns({ columns }: Dataset, path: string): void {
  const taken = columns.find((name) => OWN_COLUMNS.includes(name) || isTensorName(name));
  if (taken === undefined) return;
  const message = `${path} has a column '${taken}', which the output has itself: rename it.`;
  throw new UndertoneError("invalid-option", message, { option: "dataset" });
}

function isTensorName(name: string): boolean {
  return /^(hidden_states\.\d+|last_hidden_state|extract_features|weighted)$/.test(name);
}

/** The engine in this process, or a service. */
async function openSource(
  flags: ExtractFlags,
  options: ReturnType<typeof resolveOptions>,
): Promise<RowSource> {
  const { pack, url, key, model, workers } = flags;
  if ((pack === undefined) === (url === undefined)) {
    const message = "Say what computes the features: --pack <dir>, or --url <url> of a service.";
    throw new UndertoneError("invalid-option", message, { option: "pack" });
  }
  if (url !== undefined) {
    const query = new Map(optionsOf(flags));
    if (model !== undefined) query.set("model", model);
    return remoteRows({ url, key }, query, workers);
  }
  if (model !== undefined) {
    const message = "--model is for --url: a pack is one model.";
    throw new UndertoneError("invalid-option", message, { option: "model" });
  }
  return await localRows({ ...flags, pack: pack as string }, options);
}

/** The options that were given and on which rows depend, as a query has them; the number type is the output's alone. */
function optionsOf(flags: ExtractFlags): [string, string][] {
  const given = givenOptions(flags, FeatureOptionsSchema);
  given.delete("dtype");
  return [...given].map(([name, [value = ""]]) => [name, value]);
}

async function requireSamePlan(directory: string, plan: string): Promise<void> {
  const before = await readPlan(directory);
  if (before === null || before === plan) return;
  throw new UndertoneError(
    "invalid-option",
    `${directory} was begun with other options or another model, ${before}, and this is ${plan}: use the same, or begin anew with --overwrite.`,
    { option: "resume" },
  );
}

async function computeMissing(
  dataset: Dataset,
  source: RowSource,
  parts: Parts,
  { continueOnError = false }: ExtractFlags,
): Promise<Failure[]> {
  const missing: DatasetClip[] = [];
  for (const clip of dataset.clips) {
    if ((await parts.header(clip)) === null) missing.push(clip);
  }
  const { length: total } = dataset.clips;
  const there = total - missing.length;
  const notes = [
    countOfClips(total),
    ...(there > 0 ? [`${there} there already`] : []),
    ...(dataset.skipped > 0 ? [`files of other endings: ${dataset.skipped}`] : []),
  ];
  console.error(`${notes.join(", ")}.`);
  const progress = extractProgress(missing.length);
  try {
    return await keeping(parts.directory, () =>
      computeRows(missing, source, parts, { continueOnError, progress }),
    );
  } finally {
    progress.close();
  }
}

/** Says where the rows are if the disk is full, or whatever else goes wrong. */
async function keeping<Result>(directory: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isSystemError(error)) {
      console.error(`What was computed is kept in ${directory}: go on with --resume.`);
    }
    throw error;
  }
}

async function reportFailures(path: string, failures: readonly Failure[]): Promise<void> {
  if (failures.length === 0) return await rm(path, { force: true });
  for (const { slug, message } of failures) console.error(`${slug}: ${message}`);
  await writeFile(path, failures.map(jsonLine).join(""));
  console.error(`${countOfClips(failures.length)} failed, listed in ${path}.`);
}

function countOfClips(count: number): string {
  return count === 1 ? "1 clip" : `${count} clips`;
}
