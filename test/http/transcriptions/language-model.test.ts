import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { languageModelBlob } from "../../../src/model/pack/manifest.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import type { Store } from "../../../src/store/store.ts";
import {
  installSpokenWords,
  readSpokenClip,
  SPOKEN_ARPA,
} from "../../../support/packs/spoken-words.ts";
import { nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { problemOf, type Service, startService } from "../../support/http/service.ts";

/** What a pack's manifest says of its language model. */
async function describedIn(store: Store) {
  const bytes = await store.get("packs/spoken-words-q8/manifest.json");
  const { heads } = JSON.parse(new TextDecoder().decode(bytes as Uint8Array));
  return heads[0].languageModel;
}

let store: Store;
let knowing: Service;
let plain: Service;
beforeAll(async () => {
  store = memoryStore();
  await installSpokenWords(store, "q8", SPOKEN_ARPA);
  knowing = startService(nodeRegistry(store), { packs: store });
  const other = memoryStore();
  await installSpokenWords(other, "q8");
  plain = startService(nodeRegistry(other));
});

async function transcribe(service: Service, query: string) {
  const body = await readSpokenClip("005.flac");
  return await service.app.request(`/v1/transcriptions?${query}`, { method: "POST", body });
}

describe("a pack with a language model", () => {
  test("follows it with a beam, unless told not to, and never with the greedy decoder", async () => {
    const [asked, beam, without, greedy] = await Promise.all(
      [
        "lm=true&lm_weight=5",
        "decoder=beam&lm_weight=5",
        "decoder=beam&lm=false",
        "tokens=false",
      ].map(async (query) => await (await transcribe(knowing, query)).json()),
    );
    expect(asked.decoder).toBe("beam");
    expect(beam.words).toEqual(asked.words);
    expect(greedy.decoder).toBe("greedy");
    const unguided = await (await transcribe(plain, "decoder=beam")).json();
    expect(without.words).toEqual(unguided.words);
  });

  test("is described by GET /v1/models, and serves the file to pages", async () => {
    const { head } = await (await knowing.app.request("/v1/models/spoken-words-q8")).json();
    expect(head.language_model).toEqual({ order: 3, ngrams: 23 + 83 + 110 });
    const { sha256 } = await describedIn(store);
    const blob = await knowing.app.request(`/v1/packs/blobs/${sha256}.arpa`);
    expect(await blob.text()).toBe(await readFile(SPOKEN_ARPA, "utf8"));
  });

  test("whose file is damaged is said to be", async () => {
    const damaged = memoryStore();
    await installSpokenWords(damaged, "q8", SPOKEN_ARPA);
    const { key } = languageModelBlob(await describedIn(damaged));
    await damaged.put(key, new TextEncoder().encode("\\data\\"));
    const service = startService(nodeRegistry(damaged));
    const problem = await problemOf(await transcribe(service, "lm=true"));
    expect(problem).toMatchObject({ type: "/problems/pack-damaged" });
    expect((await transcribe(service, "decoder=greedy")).status).toBe(200);
  });

  test.each([
    ["lm=true&decoder=greedy", /`lm` is for decoder=beam/],
    ["lm=false&lm_weight=1", /`lm_weight` is for decoder=beam/],
    ["decoder=beam&lm=false&lm_weight=1", /`lm_weight` is for lm=true/],
    ["lm=true&lm_weight=5.1", /a number from 0 to 5/],
    ["hot_words=yes&decoder=greedy", /`hot_words` is for decoder=beam/],
    ["hot_words_weight=1&decoder=beam", /hot_words, which are missing/],
    ["hot_words=œuvre", /whose letter 'œ'/],
    [`hot_words=${Array.from({ length: 101 }, (_, n) => `a${n}`).join()}`, /1 to 100 words/],
    ["hot_words=yes&hot_words_weight=-1", /a number from 0 to 20/],
  ])("refuses %s", async (query, sentence) => {
    const answer = await transcribe(knowing, query);
    expect(answer.status).toBe(422);
    const problem = await problemOf(answer);
    expect(problem.type).toBe("/problems/invalid-option");
    expect(problem.detail).toMatch(sentence);
  });
});

test.each(["lm=true", "decoder=beam&lm_weight=1"])(
  "a pack without a language model refuses %s, and says how to build one",
  async (query) => {
    const problem = await problemOf(await transcribe(plain, query));
    expect(problem.type).toBe("/problems/invalid-option");
    expect(problem.detail).toMatch(
      /needs a pack with a language model: 'undertone pack build --lm/,
    );
    const { head } = await (await plain.app.request("/v1/models/spoken-words-q8")).json();
    expect(head.language_model).toBeNull();
  },
);
