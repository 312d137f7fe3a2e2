/** The time that the windows of a recording take by themselves. */
import { open } from "node:fs/promises";
import { makeWav } from "../../support/clips/make-wav.ts";
import { median } from "../statistics.ts";
import type { RecordingService } from "./services.ts";

const RATE_HZ = 16_000;
/** `WINDOW_SECONDS` by default. */
const WINDOW_SECONDS = 30;
const HEADER_BYTES = 44;
const ROUNDS = 6;

/**
 * Milliseconds of one window: clips of its length, computed by the same service while their client waits, as many of them at once as
 * it has engines. The first round is left out.
 */
export async function windowMs(
  service: RecordingService,
  recording: string,
  { query, engines }: { readonly query: string; readonly engines: number },
): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const clips = await Promise.all(
      Array.from({ length: engines }, (_, index) => windowOf(recording, round * engines + index)),
    );
    const beganMs = performance.now();
    await Promise.all(
      clips.map((body) =>
        service.bytes(`/v1/features?${query}&format=npy`, {
          ...{ method: "POST", body, headers: { "Cache-Control": "no-store, no-cache" } },
        }),
      ),
    );
    times.push((performance.now() - beganMs) / engines);
  }
  return median(times.slice(1));
}

/** A clip of 30 s of the recording. */
async function windowOf(recording: string, number: number): Promise<Uint8Array<ArrayBuffer>> {
  const samples = new Int16Array(WINDOW_SECONDS * RATE_HZ);
  const file = await open(recording);
  const position = HEADER_BYTES + number * samples.byteLength;
  await file.read(new Uint8Array(samples.buffer), { position });
  await file.close();
  const channel = Float32Array.from(samples, (sample) => sample / 32_768);
  return makeWav({ sampleRateHz: RATE_HZ, channels: [channel], format: "s16" });
}
