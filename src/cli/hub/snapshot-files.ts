/** The files of a model snapshot by group (preprocessing, tokenizer, weights), fetched where the cache lacks them. */
import type { UndertoneError } from "../../errors.ts";
import { EXPORT_FOLDER } from "../../model/checkpoint/exported/model.ts";
import { PREPROCESSING_FILES } from "../../model/checkpoint/huggingface/preprocessing.ts";
import { readWeightMap } from "../../model/checkpoint/huggingface/shard-index.ts";
import { WEIGHT_LAYOUTS } from "../../model/checkpoint/huggingface/weight-files.ts";
import { TOKENIZER_FILES } from "../../model/checkpoint/tokenizer/files.ts";
import type { ModelCache } from "./cache.ts";
import type { FileFetcher } from "./file-fetcher.ts";

/** Files of a ready ONNX export, in order of preference: the layouts of transformers.js and optimum. */
const EXPORTS = [
  `${EXPORT_FOLDER}/model.onnx`,
  `${EXPORT_FOLDER}/model_quantized.onnx`,
  "model.onnx",
];
/** Fetches the preprocessing files; true if at least one exists. For a new model both are fetched, since one takes precedence where they differ. */
export async function fetchPreprocessing(fetcher: FileFetcher, isNew: boolean): Promise<boolean> {
  let isThere = false;
  for (const look of isNew ? [fetcher.fetch] : [fetcher.findCached, fetcher.fetch]) {
    for (const fileName of PREPROCESSING_FILES) isThere = (await look(fileName)) || isThere;
    if (isThere) return true;
  }
  return false;
}

/** Fetches the tokenizer files. A cached vocab.json means that the others were fetched before. */
export async function fetchTokenizer(fetcher: FileFetcher): Promise<void> {
  const [vocabulary, ...others] = TOKENIZER_FILES;
  if ((await fetcher.findCached(vocabulary)) || !(await fetcher.fetch(vocabulary))) return;
  for (const fileName of others) await fetcher.fetch(fileName);
}

/** True if the weights, a shard index or an ONNX export of `commit` are cached. */
export async function hasCachedWeights(cache: ModelCache, commit: string): Promise<boolean> {
  for (const { whole, index } of WEIGHT_LAYOUTS) {
    if (await cache.find(commit, whole)) return true;
    if (await cache.find(commit, index)) return true;
  }
  for (const exported of EXPORTS) if (await cache.find(commit, exported)) return true;
  return false;
}

/**
 * Fetches the weights in the first layout that is cached, or else in the first that the hub has.
 * @throws UndertoneError that `missing` returns for a file that is nowhere.
 */
export async function fetchWeights(
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
