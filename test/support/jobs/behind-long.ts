/** A recording of minutes, and short jobs that come in behind it. */
import { expect, vi } from "vitest";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { chirp } from "../http/service.ts";

const RATE_HZ = 8000;
const SECONDS = 300;
const SHORT_JOBS = 20;

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** Twenty clips of half a second that are submitted behind a recording of five minutes are all done before it. */
export async function expectShortBeforeLong(ask: Ask): Promise<void> {
  const { long, short } = await submitBehindLong(ask);
  const endOf = async (id: string) => {
    const done = async () => {
      const job = await (await ask(`/v1/jobs/${id}`)).json();
      expect(job).toMatchObject({ status: "done" });
      return Date.parse(job.finished_at);
    };
    return await vi.waitFor(done, { timeout: 120_000, interval: 100 });
  };
  const ends = await Promise.all(short.map(endOf));
  expect(ends).toHaveLength(20);
  expect(Math.max(...ends)).toBeLessThan(await endOf(long));
}

/** Gives the ids of their jobs. */
async function submitBehindLong(
  ask: Ask,
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
