/** Clips into the decoders, in a thread that can be left when it hangs. */
import { type ClipThread, startClipThread } from "../support/clips/clip-thread.ts";
import type { FuzzedFile } from "./grammar/hostile.ts";
import { fuzzedFiles } from "./grammar/index.ts";
import { type Cases, type FuzzTarget, type OpenTarget, replayRound, tryCases } from "./target.ts";

/** Only what hangs takes so long, on a busy machine too. */
const PATIENCE_MS = 30_000;
const COST_TRIES = 3;
/** Of docs/audio.md, "What a clip may cost", for what is decoded to 16 kHz; the rest is the thread's own. */
const FREE_MS = 500;
const MS_PER_BYTE = 100 / 1e6;
const MS_PER_SECOND = 120;
/** A codec's instances go with the clip; those that serve all clips stay. */
const KEPT_WASM_BYTES = 32e6;

export const CLIPS: FuzzTarget = {
  name: "clips",
  async open() {
    const files = await fuzzedFiles();
    let thread: ClipThread = startClipThread();
    let costliest = 0;
    const slugs = new Map<string, number>();
    const check = async ({ bytes }: FuzzedFile): Promise<string | null> => {
      try {
        const cost = await costOf(thread, bytes, slugs);
        if (typeof cost === "string") return cost;
        // Code that is not compiled yet takes several times as long.
        const share = cost <= 1 ? cost : Math.min(cost, await leastOf(COST_TRIES, thread, bytes));
        costliest = Math.max(costliest, share);
        return share <= 1 ? null : `it took ${share.toFixed(1)} times of what a clip may cost`;
      } catch (error) {
        thread = startClipThread();
        return `${error}`;
      }
    };
    const cases: Cases<FuzzedFile> = {
      target: "clips",
      arbitrary: files,
      check,
      write: ({ history, bytes }) => ({ history, body: Buffer.from(bytes).toString("base64") }),
    };
    const target: OpenTarget = {
      round: (seed, limitMs) => tryCases(cases, { seed, limitMs }),
      replay: async ({ seed, case: written }) =>
        written === null
          ? replayRound(target, seed)
          : check({
              history: written.history ?? "",
              bytes: new Uint8Array(Buffer.from(written.body ?? "", "base64")),
            }),
      summary: () =>
        `costliest clip ${costliest.toFixed(2)} of the bound; ${[...slugs].map(([slug, count]) => `${slug} ${count}`).join(", ")}`,
      async end() {
        const held = await thread.heldWasmBytes();
        return held > KEPT_WASM_BYTES ? `codecs hold ${(held / 1e6).toFixed(1)} MB` : null;
      },
      close: () => thread.stop(),
    };
    return target;
  },
};

/** What a clip took, as a share of what it may take; or what is wrong with it. */
async function costOf(
  thread: ClipThread,
  bytes: Uint8Array,
  slugs?: Map<string, number>,
): Promise<number | string> {
  const outcome = await thread.prepare(bytes, PATIENCE_MS);
  const name = outcome.kind === "refused" ? outcome.slug : outcome.kind;
  slugs?.set(name, (slugs.get(name) ?? 0) + 1);
  if (outcome.kind === "crashed") return outcome.message;
  if (outcome.kind === "samples" && !outcome.areFinite) return "samples that are not finite";
  const seconds = outcome.kind === "samples" ? outcome.count / 16_000 : 30;
  return outcome.processorMs / (FREE_MS + bytes.length * MS_PER_BYTE + seconds * MS_PER_SECOND);
}

async function leastOf(tries: number, thread: ClipThread, bytes: Uint8Array): Promise<number> {
  const costs: number[] = [];
  for (let attempt = 0; attempt < tries; attempt++) {
    const cost = await costOf(thread, bytes);
    if (typeof cost === "number") costs.push(cost);
  }
  return Math.min(...costs);
}
