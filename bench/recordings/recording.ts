/** A recording of any length: speech of espeak-ng, pauses and noise, written to a file as it is made. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeWav } from "../../support/clips/make-wav.ts";

const RATE_HZ = 16_000;
const HEADER_BYTES = 44;
const SENTENCES = [
  "Thank you for calling, how may I help you today?",
  "I ordered a lamp two weeks ago, and it has not arrived.",
  "Could you give me the number of the order, please?",
  "It is four, seven, one, one, nine, zero.",
  "One moment, I am looking it up for you.",
  "The parcel left our house on Monday and is in your town since yesterday.",
];
const VOICES = ["en-us", "en-gb", "en-us+f3", "en-gb+m5"];

/** Writes a WAV of mono 16-bit samples at 16 kHz; the same bytes for the same minutes on one machine. */
export async function writeRecording(directory: string, minutes: number): Promise<string> {
  const utterances = await Promise.all(
    SENTENCES.map((sentence, index) =>
      speak(directory, sentence, VOICES[index % VOICES.length] as string),
    ),
  );
  const path = join(directory, `recording-${minutes}.wav`);
  const file = await open(path, "w");
  const wanted = minutes * 60 * RATE_HZ;
  let written = 0;
  const random = pseudoRandom();
  await file.write(headerFor(wanted));
  for (let turn = 0; written < wanted; turn++) {
    const speech = utterances[turn % utterances.length] as Int16Array;
    const pauseSamples = Math.floor((0.2 + 3 * random()) * RATE_HZ);
    const noise = turn % 7 === 0 ? 0 : 30 + 400 * random();
    const gain = 0.3 + 0.7 * random();
    const block = new Int16Array(Math.min(wanted - written, speech.length + pauseSamples));
    for (let at = 0; at < block.length; at++) {
      block[at] = Math.round(gain * (speech[at] ?? 0) * 0.8 + noise * (random() - 0.5));
    }
    await file.write(new Uint8Array(block.buffer));
    written += block.length;
  }
  await file.close();
  return path;
}

/** Writes a WAV of as much silence: zeros that take no room on the disk. */
export async function writeSilence(directory: string, minutes: number): Promise<string> {
  const path = join(directory, `silence-${minutes}.wav`);
  const file = await open(path, "w");
  const samples = minutes * 60 * RATE_HZ;
  await file.write(headerFor(samples));
  await file.truncate(HEADER_BYTES + 2 * samples);
  await file.close();
  return path;
}

/** The header of a WAV of so many samples. */
function headerFor(samples: number): Uint8Array {
  const channels = [new Float32Array(1)];
  const header = makeWav({ sampleRateHz: RATE_HZ, channels, format: "s16" }).slice(0, HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(4, HEADER_BYTES - 8 + 2 * samples, true);
  view.setUint32(HEADER_BYTES - 4, 2 * samples, true);
  return header;
}

async function speak(directory: string, sentence: string, voice: string): Promise<Int16Array> {
  const name = `${createHash("sha256")
    .update(sentence + voice)
    .digest("hex")
    .slice(0, 12)}.wav`;
  const spoken = join(directory, name);
  const resampled = join(directory, `16k-${name}.raw`);
  const run = promisify(execFile);
  await run("espeak-ng", ["-v", voice, "-w", spoken, sentence]);
  await run("sox", [
    // Dither would be other noise each time.
    "-D",
    spoken,
    "-r",
    String(RATE_HZ),
    "-c",
    "1",
    "-b",
    "16",
    "-e",
    "signed",
    "-t",
    "raw",
    resampled,
  ]);
  const bytes = await readFile(resampled);
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** Numbers from 0 to 1, the same each time. */
function pseudoRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
