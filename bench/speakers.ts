/** `npm run bench:speakers`: equal error rates of identification, on voices of espeak-ng and flite. */
import { Command } from "commander";
import { WHOLE_CLIP } from "../src/audio/clip.ts";
import { nodeCodecs } from "../src/audio/codecs/wasm/node.ts";
import { prepareClip } from "../src/audio/prepare.ts";
import { openPackDirectory } from "../src/cli/packs/open.ts";
import { headTaps } from "../src/model/engine/taps/taps.ts";
import { equalError, operatingPoints, type ScoredPair } from "../src/model/heads/equal-error.ts";
import { l2Normalised } from "../src/model/heads/vectors.ts";
import { availableCores } from "../src/platform/node/cores.ts";
import { compareVoice } from "../src/speakers/identify.ts";
import { type Speaker, withClip } from "../src/speakers/speaker.ts";
import { computePrepared } from "../src/tasks/features/compute.ts";
import { requireHead } from "../src/tasks/task.ts";
import { makeVoices } from "./speakers/voices.ts";
import { markdownTable } from "./table.ts";

/** Of each voice so many clips enrol it; the others are to be identified. */
const ENROLLING = 2;
const LIMITS = { maxClipSeconds: 60, maxDecodedSeconds: 60 };

const { pack } = new Command("bench:speakers")
  .description("equal error rates of identification; needs espeak-ng and flite")
  .requiredOption("--pack <dir>", "a pack with a speaker head")
  .parse()
  .opts<{ readonly pack: string }>();

const engine = await openPackDirectory(pack, availableCores());
const taps = headTaps(requireHead(engine.manifest, "xvector"));
const voices = makeVoices();
const embedded: { name: string; embeddings: Float32Array[] }[] = [];
for (const { name, clips } of voices) {
  const embeddings: Float32Array[] = [];
  for (const clip of clips) embeddings.push(await embed(clip));
  embedded.push({ name, embeddings });
  console.error(`${embedded.length} of ${voices.length}: ${name}`);
}
// Every other voice is a stranger of the cohort, and nobody who is enrolled.
const cohort = embedded
  .filter((_, index) => index % 2 === 1)
  .map(({ embeddings }) => embeddings[0] as Float32Array);
const known = embedded.filter((_, index) => index % 2 === 0);
const speakers = known.map(({ name, embeddings }) => enrol(name, embeddings.slice(0, ENROLLING)));
const rows = [];
for (const [scores, strangers] of [
  ["cosine", null],
  [`S-norm, cohort of ${cohort.length}`, cohort],
] as const) {
  const trials: ScoredPair[] = [];
  let first = 0;
  for (const { name, embeddings } of known) {
    for (const embedding of embeddings.slice(ENROLLING)) {
      const { candidates } = await compareVoice(embedding, pageOf(speakers), strangers, Infinity);
      if (candidates[0]?.speaker.name === name) first++;
      trials.push(
        ...candidates.map(({ speaker, score }) => ({ score, isTarget: speaker.name === name })),
      );
    }
  }
  const { equalErrorRate } = equalError(operatingPoints(trials));
  const targets = trials.filter(({ isTarget }) => isTarget).length;
  const share = `${first} of ${targets}`;
  rows.push([scores, `${(100 * equalErrorRate).toFixed(2)} %`, share, String(trials.length)]);
}
console.log(
  `${engine.manifest.id} (${engine.manifest.weights} weights), ${speakers.length} enrolled:`,
);
console.log(markdownTable(["scores", "equal error rate", "best is right", "trials"], rows));
process.exit(0);

async function embed(wav: Uint8Array<ArrayBuffer>): Promise<Float32Array> {
  const options = { selection: WHOLE_CLIP, limits: LIMITS, codecs: nodeCodecs() };
  const { result } = await computePrepared(await prepareClip([wav], options), engine, taps);
  return l2Normalised(result.head?.embedding as Float32Array);
}

function enrol(name: string, [first, ...others]: readonly Float32Array[]): Speaker {
  const embedding = first as Float32Array;
  const named = { id: name, owner: null, name, model: engine.manifest.id, space: "" };
  const speaker = { ...named, embedding, clips: 1, soundSeconds: 0, createdAt: 0 };
  return others.reduce<Speaker>(
    (known, next) => withClip(known, { embedding: next, soundSeconds: 0 }),
    speaker,
  );
}

async function* pageOf<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  yield items;
}
