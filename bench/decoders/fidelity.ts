/** Effect of lossy encoding on features: the same speech as WAV and in each format. */
import { WHOLE_CLIP } from "../../src/audio/clip.ts";
import { nodeCodecs } from "../../src/audio/codecs/wasm/node.ts";
import { prepareClip } from "../../src/audio/prepare.ts";
import { reportProgress } from "../../src/cli/output/progress.ts";
import { openPackDirectory } from "../../src/cli/packs/open.ts";
import type { Engine } from "../../src/model/engine/engine.ts";
import { pool } from "../../src/model/engine/taps/pooling.ts";
import { resolveTaps } from "../../src/model/engine/taps/resolve.ts";
import type { Matrix } from "../../src/model/matrix.ts";
import { cachedPack } from "../models.ts";
import { markdownTable } from "../table.ts";
import { type BenchFormat, encode, FORMATS, NARROW_WAV, spokenWav } from "./formats.ts";

const SPOKEN = "Please send the whole clip, and let me know when the other three have arrived.";
const SPOKEN_OTHERWISE = "Yesterday nobody could tell whether it would rain before the evening.";
const SECONDS = 5;
const MIN_COSINE = 0.98;
const LIMITS = { maxClipSeconds: 60, maxDecodedSeconds: 60 };

/** Features of a model, `synthetic:base-plus` or a Hugging Face directory: how near each format's are to the WAV's. */
export async function fidelityTable(model: string): Promise<string> {
  const { directory } = await cachedPack(model, "q8", reportProgress());
  const engine = await openPackDirectory(directory);
  const wav = spokenWav(SPOKEN, SECONDS);
  const narrow = encode(wav, NARROW_WAV);
  const meanOf = (clip: Uint8Array) => meanOfLastLayer(engine, clip);
  const [ofWide, ofNarrow] = [await meanOf(wav), await meanOf(narrow)];

  const rows: string[][] = [];
  for (const format of FORMATS.filter(({ isLossy }) => isLossy)) {
    const ofWav = format.isNarrowband ? ofNarrow : ofWide;
    rows.push(rowOf(format, cosine(await meanOf(encode(wav, format)), ofWav)));
  }
  const otherwise = await meanOf(spokenWav(SPOKEN_OTHERWISE, SECONDS));
  rows.push(["for comparison: an 8 kHz WAV", cosine(ofNarrow, ofWide).toFixed(4), ""]);
  rows.push(["for comparison: another sentence", cosine(otherwise, ofWide).toFixed(4), ""]);
  return markdownTable(["the same speech as", "cosine with the WAV's features", ""], rows);
}

function rowOf({ name, isNarrowband }: BenchFormat, value: number): string[] {
  return [
    isNarrowband ? `${name}, beside an 8 kHz WAV` : name,
    value.toFixed(4),
    value >= MIN_COSINE ? "pass" : "miss",
  ];
}

async function meanOfLastLayer(engine: Engine, clip: Uint8Array): Promise<Float32Array> {
  const options = { selection: WHOLE_CLIP, limits: LIMITS, codecs: nodeCodecs() };
  const { samples } = await prepareClip([clip], options);
  const taps = resolveTaps("last", engine.manifest.architecture.layerCount);
  const { hiddenStates } = await engine.run(samples, taps);
  const [layer] = hiddenStates.values();
  return pool(layer as Matrix, "mean").data;
}

function cosine(a: Float32Array, b: Float32Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}
