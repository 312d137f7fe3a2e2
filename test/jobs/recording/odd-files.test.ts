import { describe, expect, it } from "vitest";
import { joined } from "../../../support/clips/bytes.ts";
import { mp3FramesOf, xingFrame } from "../../../support/clips/mp3-frames.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { chirp } from "../../support/http/service.ts";
import type { JobService } from "../../support/jobs/job-service.ts";
import { LONG_CLIP, leftovers, resultOf, startRecordings } from "../../support/jobs/recordings.ts";

const MP3_FRAME_SAMPLES = 1152;
/** How often the frames of a short clip are repeated. */
const TIMES = 20;

describe("a recording whose file is odd", () => {
  const done = async (service: JobService, id: string) => {
    await service.drain();
    expect((await service.job(id)).status).toBe("done");
    return JSON.parse(new TextDecoder().decode(await resultOf(service, id)));
  };

  it("is computed as far as it goes, if it breaks off", async () => {
    const service = await startRecordings();
    const id = await service.submit(LONG_CLIP.subarray(0, 1_200_001), "?pool=mean");
    const { audio, frames } = await done(service, id);
    expect(audio.seconds).toBeCloseTo(37.5, 2);
    expect(frames).toBe(1874);
    expect(audio.warnings).toMatchObject([{ code: "truncated" }]);
  });

  it("is computed though it is silent throughout", async () => {
    const service = await startRecordings();
    const silence = { channels: [new Float32Array(640_000)] };
    const id = await service.submit(chirp(1, silence), "?pool=max");
    const { audio, layers } = await done(service, id);
    expect(audio.warnings).toMatchObject([{ code: "silence" }]);
    expect(layers[0].data.every(Number.isFinite)).toBe(true);
  });

  it.each([1, 1_000_000])(
    "lasts as long as its frames, if it is an MP3 whose header tells of %i of them",
    async (frames) => {
      const [first, ...others] = mp3FramesOf(readClip("mp3/vbr-44100-2.mp3"));
      const told = xingFrame(first as Uint8Array, { frames });
      const body = joined(told, ...Array.from({ length: TIMES }, () => others).flat());
      const service = await startRecordings();
      const { audio } = await done(service, await service.submit(body, "?pool=mean"));
      const seconds = (TIMES * others.length * MP3_FRAME_SAMPLES) / 44_100;
      expect(seconds).toBeGreaterThan(20);
      expect(audio.seconds).toBeGreaterThan(seconds - 0.1);
      expect(audio.seconds).toBeLessThan(seconds + 0.1);
    },
  );

  it("is refused if it is longer than a job takes, whatever its header says", async () => {
    const { settings } = (await startRecordings()).platform;
    const short = { ...settings, maxClipSeconds: 5, maxJobSeconds: 35 };
    const service = await startRecordings(["tiny-group"], { settings: short });
    const liar = LONG_CLIP.slice();
    // The length of its data: unknown, as of a stream.
    new DataView(liar.buffer).setUint32(40, 0xffffffff, true);
    const id = await service.submit(liar, "?pool=mean");
    await service.drain();
    const { status, problem } = await service.job(id);
    expect({ status, type: problem?.type }).toEqual({
      status: "failed",
      type: "/problems/clip-too-long",
    });
    expect(await leftovers(service)).toMatchObject({ recordings: 0, samples: [], results: [] });
  });
});
