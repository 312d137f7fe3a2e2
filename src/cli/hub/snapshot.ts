/** A model's files in the hub's cache, fetched where they are missing: what a checkpoint is opened from. */
import { UndertoneError } from "../../errors.ts";
import { EXPORT_FOLDER } from "../../model/checkpoint/exported/model.ts";
import { namedClass } from "../../model/checkpoint/heads/architectures.ts";
import { parseHeadConfig } from "../../model/checkpoint/heads/config.ts";
import { readJsonFile } from "../../model/checkpoint/huggingface/json-file.ts";
import { PREPROCESSING_FILES } from "../../model/checkpoint/huggingface/preprocessing.ts";
import { readWeightMap } from "../../model/checkpoint/huggingface/shard-index.ts";
import { WEIGHT_LAYOUTS } from "../../model/checkpoint/huggingface/weight-files.ts";
import { TOKENIZER_FILES } from "../../model/checkpoint/tokenizer/files.ts";
import { parseConfig } from "../../model/config.ts";
import type { ProgressReport } from "../output/progress.ts";
import { type ModelCache, modelCache } from "./cache.ts";
import { type FileFetcher, fileFetcher, type PinnedFile } from "./file-fetcher.ts";
import { findRemoteFile } from "./remote-file.ts";
import type { HubSettings } from "./settings.ts";
import { isCommit } from "./source.ts";

const CONFIG = "config.json";
/** What is taken of a model that has no weights, as those of transformers.js and optimum. */
const EXPORTS = [
  `${EXPORT_FOLDER}/model.onnx`,
  `${EXPORT_FOLDER}/model_quantized.onnx`,
  "model.onnx",
];
/** Says what licence the weights have. */
const MODEL_CARD = "README.md";

/** What is wanted of the hub. */
export interface SnapshotRequest {
  readonly id: string;
  readonly revision: string;
  /** What the weights must be; `null` if that is not known. */
  readonly pinned: PinnedFile | null;
}

/** Files of one commit in a directory. */
export interface Snapshot {
  readonly directory: string;
  readonly commit: string;
}

/**
 * Makes the files of a WavLM checkpoint, or else of a ready ONNX export, be in the cache and gives their directory. A commit whose files are all cached
 * is not asked for; a branch is, and what it was last is used, with a warning, where the hub cannot be reached.
 * @throws UndertoneError `hub-unavailable`, `hub-refused`, `hub-not-found` or `download-damaged`; and as `parseConfig` and
 *   `parseHeadConfig` do, before weights are fetched.
 */
export async function fetchSnapshot(
  request: SnapshotRequest,
  settings: HubSettings,
  report: ProgressReport,
  warn: (sentence: string) => void = console.error,
): Promise<Snapshot> {
  const cache = modelCache(settings.cacheDirectory, request.id);
  const commit = await resolveCommit(request, settings, cache, warn);
  const fetcher = fileFetcher({ ...request, commit }, settings, cache, report);
  const directory = cache.snapshot(commit);
  const missing = (fileName: string) =>
    settings.isOffline ? notCached(fileName, request) : notOnHub(fileName, request);
  if (!(await fetcher.fetch(CONFIG))) throw missing(CONFIG);
  const json = await readJsonFile(directory, CONFIG);
  // What cannot be built is not worth the download of its weights.
  parseConfig(json);
  const isNew = !(await hasCachedWeights(cache, commit));
  if (!(await fetchPreprocessing(fetcher, isNew))) throw missing(PREPROCESSING_FILES[0]);
  if (isNew) await fetcher.fetch(MODEL_CARD);
  const { kind, isOpen } = namedClass(parseHeadConfig(json).architectures);
  // Where no architecture is named the weights may still have a head of tokens.
  if (kind === "ctc" || (isOpen && isNew)) await fetchTokenizer(fetcher);
  await fetchWeights(fetcher, directory, missing);
  return { directory, commit };
}

async function resolveCommit(
  request: SnapshotRequest,
  settings: HubSettings,
  cache: ModelCache,
  warn: (sentence: string) => void,
): Promise<string> {
  const { id, revision } = request;
  if (isCommit(revision)) return revision;
  const cached = await cache.commitOf(revision);
  if (settings.isOffline) {
    if (cached !== null) return cached;
    throw notCached("such revision", request);
  }
  try {
    const file = await findRemoteFile(settings, id, revision, CONFIG);
    if (file === null) throw notOnHub(CONFIG, request);
    await cache.rememberCommit(revision, file.commit);
    return file.commit;
  } catch (error) {
    const isAway = error instanceof UndertoneError && error.slug === "hub-unavailable";
    if (!isAway || cached === null) throw error;
    warn(`${error.message} Using what ${id}@${revision} was when it was last fetched.`);
    return cached;
  }
}

/** Whether one of the files is there in the end. Of a new model both are asked for: where they differ one goes before. */
async function fetchPreprocessing(fetcher: FileFetcher, isNew: boolean): Promise<boolean> {
  let isThere = false;
  for (const look of isNew ? [fetcher.fetch] : [fetcher.findCached, fetcher.fetch]) {
    for (const fileName of PREPROCESSING_FILES) isThere = (await look(fileName)) || isThere;
    if (isThere) return true;
  }
  return false;
}

/** vocab.json says whether the others were fetched. */
async function fetchTokenizer(fetcher: FileFetcher): Promise<void> {
  const [vocabulary, ...others] = TOKENIZER_FILES;
  if ((await fetcher.findCached(vocabulary)) || !(await fetcher.fetch(vocabulary))) return;
  for (const fileName of others) await fetcher.fetch(fileName);
}

async function hasCachedWeights(cache: ModelCache, commit: string): Promise<boolean> {
  for (const { whole, index } of WEIGHT_LAYOUTS) {
    if (await cache.find(commit, whole)) return true;
    if (await cache.find(commit, index)) return true;
  }
  for (const exported of EXPORTS) if (await cache.find(commit, exported)) return true;
  return false;
}

/** The first layout of weights that is cached, or else that the hub has. */
async function fetchWeights(
  fetcher: FileFetcher,
  directory: string,
  missing: (fileName: string) => UndertoneError,
): Promise<void> {
  for (const look of [fetcher.findCached, fetcher.fetch]) {
    for (const { whole, index } of WEIGHT_LAYOUTS) {
      if (await look(whole)) return;
      if (!(await look(index))) continue;
      for (const shard of new Set((await readWeightMap(directory, index)).values())) {
        if (!(await fetcher.fetch(shard))) throw missing(shard);
      }
      return;
    }
    for (const exported of EXPORTS) if (await look(exported)) return;
  }
  throw missing(WEIGHT_LAYOUTS.map(({ whole }) => whole).join(" or "));
}

function notOnHub(fileName: string, { id, revision }: SnapshotRequest): UndertoneError {
  return new UndertoneError(
    "hub-not-found",
    `${id}@${revision} has no ${fileName}; name a revision that holds a WavLM checkpoint.`,
    { file: fileName },
  );
}

function notCached(what: string, { id, revision }: SnapshotRequest): UndertoneError {
  return new UndertoneError(
    "hub-unavailable",
    `HF_HUB_OFFLINE is set, and the cache has no ${what} of ${id}@${revision}; unset it, or copy the cache of a machine that has it.`,
  );
}
