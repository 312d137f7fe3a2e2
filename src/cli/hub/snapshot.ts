/** Resolves a model's revision and ensures that its files are in the hub's cache. */
import { UndertoneError } from "../../errors.ts";
import { namedClass } from "../../model/checkpoint/heads/architectures.ts";
import { parseHeadConfig } from "../../model/checkpoint/heads/config.ts";
import { readJsonFile } from "../../model/checkpoint/huggingface/json-file.ts";
import { PREPROCESSING_FILES } from "../../model/checkpoint/huggingface/preprocessing.ts";
import { parseConfig } from "../../model/config.ts";
import type { ProgressReport } from "../output/progress.ts";
import { type ModelCache, modelCache } from "./cache.ts";
import { fileFetcher, type PinnedFile } from "./file-fetcher.ts";
import { findRemoteFile } from "./remote-file.ts";
import type { HubSettings } from "./settings.ts";
import {
  fetchPreprocessing,
  fetchTokenizer,
  fetchWeights,
  hasCachedWeights,
} from "./snapshot-files.ts";
import { isCommit } from "./source.ts";

const CONFIG = "config.json";
/** Names the licence of the weights. */
const MODEL_CARD = "README.md";

/** A model and revision of the hub. */
export interface SnapshotRequest {
  readonly id: string;
  readonly revision: string;
  /** Size and digest that the weights must have; `null` if not known. */
  readonly pinned: PinnedFile | null;
}

/** Files of one commit in a directory. */
export interface Snapshot {
  readonly directory: string;
  readonly commit: string;
}

/**
 * Fetches the missing files of a checkpoint, or else of a ready ONNX export, into the cache and returns their
 * directory. A commit whose files are all cached needs no request. A branch is looked up; if the hub cannot be reached,
 * the last cached revision is used, with a warning.
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
  // An unsupported model is refused before its weights are downloaded.
  const { family } = parseConfig(json);
  const isNew = !(await hasCachedWeights(cache, commit));
  if (!(await fetchPreprocessing(fetcher, isNew))) throw missing(PREPROCESSING_FILES[0]);
  if (isNew) await fetcher.fetch(MODEL_CARD);
  const { kind, isOpen } = namedClass(parseHeadConfig(json).architectures, family);
  // Without a named architecture the weights may still have a CTC head.
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
    warn(`${error.message} Using the last cached revision of ${id}@${revision}.`);
    return cached;
  }
}

function notOnHub(fileName: string, { id, revision }: SnapshotRequest): UndertoneError {
  return new UndertoneError(
    "hub-not-found",
    `${id}@${revision} has no ${fileName}; name a revision that holds a checkpoint.`,
    { file: fileName },
  );
}

function notCached(what: string, { id, revision }: SnapshotRequest): UndertoneError {
  return new UndertoneError(
    "hub-unavailable",
    `HF_HUB_OFFLINE is set, and the cache has no ${what} of ${id}@${revision}; unset it, or copy the cache of a machine that has it.`,
  );
}
