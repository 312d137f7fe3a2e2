import { beforeAll, describe, expect, test } from "vitest";
import { TranscriptionSchema } from "../../../src/http/transcriptions/schema.ts";
import { wordErrors } from "../../../src/model/accuracy/word-error.ts";
import { readSettings } from "../../../src/platform/settings.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import {
  installSpokenWords,
  readSpokenClip,
  SPOKEN_CLIPS,
} from "../../../support/packs/spoken-words.ts";
import { nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { problemOf, type Service, startService } from "../../support/http/service.ts";

const WORDS =
  "zero one two three four five six seven eight nine yes no stop go up down left right on off";

let service: Service;
beforeAll(async () => {
  const store = memoryStore();
  await installSpokenWords(store, "q8");
  const settings = { ...readSettings({}), maxClipBytes: 1_000_000 };
  service = startService(nodeRegistry(store), { settings });
});

async function transcribe(file: string, query: Record<string, string>) {
  const path = `/v1/transcriptions?${new URLSearchParams(query)}`;
  const body = await readSpokenClip(file);
  return service.app.request(path, { method: "POST", body });
}

describe("POST /v1/transcriptions with a lexicon", () => {
  test("writes words of the list only, and errs on fewer than without it", async () => {
    const errors = { greedy: 0, lexicon: 0 };
    for (const { file, text } of SPOKEN_CLIPS) {
      const free = TranscriptionSchema.parse(await (await transcribe(file, {})).json());
      const answer = await transcribe(file, { lexicon: WORDS });
      const bound = TranscriptionSchema.parse(await answer.json());
      expect(bound.decoder).toBe("beam");
      for (const { text: word } of bound.words) expect(WORDS).toContain(word.toLowerCase());
      errors.greedy += wordErrors(text, free.text).errors;
      errors.lexicon += wordErrors(text, bound.text).errors;
    }
    expect(errors.greedy).toBeGreaterThan(0);
    expect(errors.lexicon).toBeLessThan(errors.greedy / 2);
  });

  test.each([
    [{ lexicon: "yes,café" }, /letter 'c'/],
    [{ lexicon: " , " }, /has to be 1 to 1000 words/],
    [{ lexicon: Array.from({ length: 1001 }, (_, n) => `a${n}`).join() }, /1 to 1000 words/],
    [{ lexicon: "yes", decoder: "greedy" }, /is for decoder=beam/],
  ])("refuses %j", async (query, sentence) => {
    const answer = await transcribe("005.flac", query as Record<string, string>);
    expect(answer.status).toBe(422);
    const problem = await problemOf(answer);
    expect(problem.type).toBe("/problems/invalid-option");
    expect(problem.detail).toMatch(sentence);
  });
});
