import { describe, expect, it } from "vitest";
import { createLedger } from "../../../src/ledger.ts";
import type { JobService } from "../../support/jobs/job-service.ts";
import {
  answerOf,
  beginRecording,
  LONG_CLIP,
  startRecordings,
  WINDOWS,
} from "../../support/jobs/recordings.ts";

describe("what is finished of a recording", () => {
  const readPartial = (service: JobService, id: string) =>
    service.app.request(`/v1/jobs/${id}/result?partial=true`);

  it("is read only where there is memory for joining it", async () => {
    const ledger = createLedger(1e9);
    const service = await startRecordings(["tiny-ctc"], { ledger });
    const id = await beginRecording(service, 3, "?task=transcription");
    const others = ledger.open("buffers");
    others.set(ledger.unheldBytes());
    expect((await readPartial(service, id)).status).toBe(503);
    others.release();
    const held = ledger.heldBytes();
    const response = await readPartial(service, id);
    expect(await response.json()).toMatchObject({ partial: true, windows: 2 });
    expect(ledger.heldBytes()).toBe(held);
  });

  it("is said to be a part in the JSON of frames, and in the first of its lines, too", async () => {
    const service = await startRecordings();
    const id = await beginRecording(service, 3, "?layers=1");
    const answer = await (await readPartial(service, id)).json();
    expect(answer).toMatchObject({ partial: true, windows: 2, frames: 500 });
    const path = `/v1/jobs/${id}/result?partial=true&format=ndjson`;
    const text = await (await service.app.request(path)).text();
    const [head, ...lines] = text.trimEnd().split("\n");
    expect(JSON.parse(head as string)).toMatchObject({ partial: true, windows: 2, frames: 500 });
    expect(lines.map((line) => JSON.parse(line).frame)).toEqual([...Array(500).keys()]);
  });

  it("is nothing, for good, of one that failed before", async () => {
    const service = await startRecordings();
    const id = await beginRecording(service, 1);
    service.clock.nowMs += 7 * 24 * 3600_000;
    await service.drain();
    const { type } = await (await readPartial(service, id)).json();
    expect(type).toBe("/problems/job-not-successful");
  });
});

describe("what is finished of a recording that runs", () => {
  it("can be read, and a header says which part it is", async () => {
    const service = await startRecordings(["tiny-ctc"]);
    const at = await startRecordings(["tiny-ctc"]);
    const query = "?task=transcription&tokens=true";
    const id = await service.submit(LONG_CLIP, query);
    const path = `/v1/jobs/${id}/result`;
    await service.consumeOne();
    expect((await service.app.request(`${path}?partial=true`)).status).toBe(409);
    for (let count = 0; count < 3; count++) await service.consumeOne();
    expect((await service.app.request(path)).status).toBe(409);
    const response = await service.app.request(`${path}?partial=true`);
    expect(response.headers.get("Undertone-Partial")).toBe(
      `start=0.000, end=14.000, windows-done=3, windows-total=${WINDOWS}, run=0, runs=1`,
    );
    const { partial, tokens, frames } = await response.json();
    expect({ partial, frames }).toEqual({ partial: true, frames: 700 });
    const whole = JSON.parse(
      new TextDecoder().decode(await answerOf(at, "/v1/transcriptions?tokens=true")),
    );
    const early = (all: { start: number; end: number }[]) => all.filter(({ end }) => end < 13.9);
    expect(early(tokens)).toEqual(early(whole.tokens));
    expect((await service.app.request(`${path}?partial=true&run=1`)).status).toBe(409);
  });
});
