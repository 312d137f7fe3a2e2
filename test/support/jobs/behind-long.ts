/** A recording of minutes, and short jobs that come in behind it. */
import { makeWav } from "../../../support/clips/make-wav.ts";
import { chirp } from "../http/service.ts";

const RATE_HZ = 8000;
const SECONDS = 300;
const SHORT_JOBS = 20;

/** Submits a recording of five minutes and then twenty clips of half a second; gives the ids of their jobs. */
export async function submitBehindLong(
  ask: (path: string, init: RequestInit) => Promise<Response>,
): Promise<{ readonly long: string; readonly short: readonly string[] }> {
  const submit = async (body: BodyInit) => {
    const response = await ask("/v1/jobs?model=tiny-layer-q8&pool=mean", { method: "POST", body });
    const job = await response.json();
    if (response.status !== 202) throw new Error(JSON.stringify(job));
    return job.id as string;
  };
  const tone = Float32Array.from(
    { length: SECONDS * RATE_HZ },
    (_, index) => 0.3 * Math.sin((2 * Math.PI * (200 + index / RATE_HZ) * index) / RATE_HZ),
  );
  const long = await submit(makeWav({ sampleRateHz: RATE_HZ, channels: [tone], format: "s16" }));
  const short: string[] = [];
  for (let count = 0; count < SHORT_JOBS; count++) short.push(await submit(chirp(8000 + count)));
  return { long, short };
}
