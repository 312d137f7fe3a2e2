/** Cost of hostile clips against the bound in docs/audio.md. */
import { WHOLE_CLIP } from "../../src/audio/clip.ts";
import { nodeCodecs } from "../../src/audio/codecs/wasm/node.ts";
import { prepareClip } from "../../src/audio/prepare.ts";
import { UndertoneError } from "../../src/errors.ts";
import { HOSTILE_CLIPS } from "../../support/clips/hostile/index.ts";
import { markdownTable } from "../table.ts";

/** Any clip costs at most so much processor time; docs/audio.md has the same figures. */
const FREE_MS = 100;
const MS_PER_MEGABYTE = 100;
const MS_PER_SECOND = 20;
const MS_PER_MILLION_SAMPLES = 50;
const MAX_STALL_MS = 50;

const LIMITS = { maxClipSeconds: 30, maxDecodedSeconds: 300 };
const PIECE_BYTES = 65_536;
const WATCH_MS = 2;

/** Result of a clip. */
interface Outcome {
  readonly answer: string;
  /** Of the file's sound, as far as it was decoded. */
  readonly seconds: number;
  readonly samples: number;
}

/** Prepares each of support/clips/hostile, in full size, in this process. */
export async function costsTable(): Promise<string> {
  const codecs = nodeCodecs();
  const rows: string[][] = [];
  for (const { name, make, attackBytes } of HOSTILE_CLIPS) {
    const bytes = make(attackBytes);
    const watch = watchStalls();
    const before = process.cpuUsage();
    const { answer, seconds, samples } = await outcomeOf(bytes, codecs);
    const { user, system } = process.cpuUsage(before);
    const stallMs = watch.stop();
    const costMs = (user + system) / 1e3;
    const boundMs =
      FREE_MS +
      (bytes.length / 1e6) * MS_PER_MEGABYTE +
      seconds * MS_PER_SECOND +
      (samples / 1e6) * MS_PER_MILLION_SAMPLES;
    const isKept = costMs <= boundMs && stallMs <= MAX_STALL_MS;
    rows.push([
      name,
      (bytes.length / 1e6).toFixed(1),
      costMs.toFixed(0),
      (costMs / boundMs).toFixed(2),
      stallMs.toFixed(0),
      answer,
      isKept ? "pass" : "miss",
    ]);
  }
  const header = ["attack", "MB", "processor (ms)", "of the bound", "stall (ms)", "answer", ""];
  return markdownTable(header, rows);
}

async function outcomeOf(
  bytes: Uint8Array,
  codecs: ReturnType<typeof nodeCodecs>,
): Promise<Outcome> {
  try {
    const { info } = await prepareClip(piecesOf(bytes), {
      selection: WHOLE_CLIP,
      limits: LIMITS,
      codecs,
    });
    const { seconds, sampleRateHz, channels } = info;
    return { answer: "read", seconds, samples: seconds * sampleRateHz * channels };
  } catch (error) {
    if (!(error instanceof UndertoneError)) throw error;
    const { seconds = 0, samples = 0 } = error.extensions as Partial<Outcome>;
    const decoded = error.slug === "clip-too-long" ? LIMITS.maxClipSeconds : seconds;
    return { answer: `\`${error.slug}\``, seconds: decoded, samples };
  }
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}

/** Watches for how long this thread computes without letting other work in; what other processes took does not count. */
function watchStalls(): { stop(): number } {
  const threadMs = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1e3;
  };
  let lastMs = threadMs();
  let longestMs = 0;
  const look = () => {
    const nowMs = threadMs();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  };
  const timer = setInterval(look, WATCH_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return longestMs;
    },
  };
}
