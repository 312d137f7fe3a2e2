import { beforeAll, describe, expect, test } from "vitest";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { BROKEN_FILES, REFUSED_FILES } from "../../support/clips/refused-files.ts";
import { startRefusingService } from "../../support/http/refusal.ts";
import { post } from "../../support/http/service.ts";

let refusing: Awaited<ReturnType<typeof startRefusingService>>;
beforeAll(async () => {
  refusing = await startRefusingService();
});

describe("a file that cannot be decoded is refused for what it is", () => {
  test.each(REFUSED_FILES)("%s", async (file, refusal) => {
    await refusing.expectRefused(await post(refusing.service, "", readClip(file)), refusal);
  });
});

describe("a broken file is refused with what is wrong with it", () => {
  test.each(BROKEN_FILES)("%s", async (_, clip, refusal) => {
    await refusing.expectRefused(await post(refusing.service, "", clip()), refusal);
  });
});

test("a video with sound is a clip", async () => {
  for (const file of ["mp4/video-44100-1.mp4", "matroska/video-48000-1.webm"]) {
    expect((await post(refusing.service, "", readClip(file))).status).toBe(200);
  }
});
