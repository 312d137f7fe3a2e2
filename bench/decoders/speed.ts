/** Decoding speed and WASM memory of decoders in workerd. */
import { medianTimes, type Rounds, timed } from "../statistics.ts";
import { type PreparedInWorkerd, startClipWorker } from "../subjects/clip-worker.ts";
import { markdownTable } from "../table.ts";
import { type BenchFormat, encode, FORMATS, spokenWav } from "./formats.ts";

const SENTENCES =
  "The clip that people send is decoded while it arrives. Nothing of it is held whole.";
const MIN_TIMES_REAL_TIME = 50;
const MAX_WASM_BYTES = 24e6;

/** Measurements of a format. */
interface Speed {
  readonly format: BenchFormat;
  readonly milliseconds: number;
  /** The most that was allocated for a clip, whose decoder may be there from a clip before. */
  readonly wasmBytes: number;
  /** The most that decoders held when another clip began. */
  readonly heldBytes: number;
}

/** Times `seconds` of 48 kHz stereo in each format, from the request's first byte to the answer. */
export async function speedTable(seconds: number, rounds: Rounds): Promise<string> {
  const wav = spokenWav(SENTENCES, seconds);
  const worker = await startClipWorker();
  try {
    const speeds: Speed[] = [];
    for (const format of FORMATS) {
      const clip = encode(wav, format);
      const answers: PreparedInWorkerd[] = [];
      const prepare = async () => answers.push(await worker.prepare(clip));
      const times = await medianTimes({ workerd: () => timed(prepare) }, rounds);
      speeds.push({
        format,
        milliseconds: times.workerd,
        wasmBytes: Math.max(...answers.map(({ wasmBytes }) => wasmBytes)),
        heldBytes: Math.max(...answers.map(({ heldBefore }) => heldBefore)),
      });
    }
    return tableOf(speeds, seconds);
  } finally {
    await worker.stop();
  }
}

function tableOf(speeds: readonly Speed[], seconds: number): string {
  const header = [`${seconds} s of`, "× real time", "WASM (MB)", "held (MB)", ""];
  const rows = speeds.map(({ format, milliseconds, wasmBytes, heldBytes }) => {
    const timesRealTime = (seconds * 1000) / milliseconds;
    const isKept = timesRealTime >= MIN_TIMES_REAL_TIME && wasmBytes <= MAX_WASM_BYTES;
    return [
      format.name,
      timesRealTime.toFixed(0),
      megabytes(wasmBytes),
      megabytes(heldBytes),
      isKept ? "pass" : "miss",
    ];
  });
  return markdownTable(header, rows);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
