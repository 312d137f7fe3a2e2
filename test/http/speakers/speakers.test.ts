import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { IdentificationSchema } from "../../../src/http/identifications/schema.ts";
import { SpeakerListSchema, SpeakerSchema } from "../../../src/http/speakers/schema.ts";
import { createKey } from "../../../src/keys/table.ts";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import { problemOf, type Service, startService } from "../../support/http/service.ts";
import { VOICE_MODEL, voiceClip, voiceModels } from "../../support/http/voices.ts";
import { changeHeads, thresholdAt } from "../../support/model/xvector-packs.ts";

/** Of tiny-xvector, whose embeddings of anything are much alike. */
const COSINE = 0.99;
let models: ModelRegistry;
let service: Service;
beforeAll(async () => {
  ({ models } = await voiceModels(COSINE));
});
beforeEach(() => {
  service = startService(models);
});

const ask = (path: string, method: string, body: BodyInit | null = null, headers = {}) =>
  service.app.request(`/v1/${path}`, { method, body, headers });

async function enrol(voice: "hum" | "hiss" | "buzz", query = `?name=${voice}`) {
  const response = await ask(`speakers${query}`, "POST", voiceClip(voice));
  expect(response.status).toBe(201);
  const speaker = SpeakerSchema.parse(await response.json());
  expect(response.headers.get("Location")).toBe(`/v1/speakers/${speaker.id}`);
  return speaker;
}

async function identify(voice: "hum" | "hiss" | "buzz", query = "", headers = {}, take = 3) {
  const response = await ask(`identifications${query}`, "POST", voiceClip(voice, take), headers);
  expect(response.status).toBe(200);
  return IdentificationSchema.parse(await response.json());
}

const listed = async (headers = {}) =>
  SpeakerListSchema.parse(await (await ask("speakers", "GET", null, headers)).json()).speakers;

describe("speakers who were enrolled", () => {
  test("are identified, and others are not", async () => {
    const hum = await enrol("hum");
    const hiss = await enrol("hiss");
    expect(hum).toMatchObject({ name: "hum", model: VOICE_MODEL, clips: 1, sound_seconds: 1.5 });
    const found = await identify("hum");
    expect(found).toMatchObject({
      speaker: { id: hum.id, name: "hum" },
      ...{ scores: "cosine", threshold: { score: COSINE, source: "pairs.csv" }, speakers: 2 },
    });
    expect(found.candidates.map(({ id }) => id)).toEqual([hum.id, hiss.id]);
    expect((await identify("hiss", "?top=1")).candidates).toHaveLength(1);
    expect((await identify("buzz")).speaker).toBeNull();
  });

  test("are nobody at first", async () => {
    expect(await listed()).toEqual([]);
    expect(await identify("hum")).toMatchObject({ speaker: null, speakers: 0, candidates: [] });
  });

  test("are the mean of their clips", async () => {
    const { id } = await enrol("hum");
    const response = await ask(`speakers/${id}/clips`, "POST", voiceClip("hiss"));
    expect(response.status).toBe(200);
    const both = SpeakerSchema.parse(await response.json());
    expect(both).toMatchObject({ id, clips: 2, sound_seconds: 3 });
    await enrol("hiss");
    const { candidates } = await identify("hum", "", {}, 0);
    const cosineOf = (name: string) =>
      candidates.find((one) => one.name === name)?.cosine as number;
    expect(cosineOf("hum")).toBeCloseTo(Math.sqrt((1 + cosineOf("hiss")) / 2), 4);
  });

  test("lose no clip of those that come at once", async () => {
    const { id } = await enrol("hum");
    const takes = [1, 2, 3].map((take) =>
      ask(`speakers/${id}/clips`, "POST", voiceClip("hum", take)),
    );
    expect((await Promise.all(takes)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await listed()).toMatchObject([{ id, clips: 4, sound_seconds: 6 }]);
  });

  test("are their owner's alone", async () => {
    service = startService(models, { isOpen: false });
    const [mine, theirs] = await Promise.all(
      ["me", "them"].map(async (owner) => {
        const request = { owner, scopes: ["speakers"] as const, requestsPerMinute: 600 };
        const { token } = await createKey(service.platform.database, request, Date.now());
        return { Authorization: `Bearer ${token}` };
      }),
    );
    const made = await ask("speakers?name=me", "POST", voiceClip("hum"), mine);
    const { id } = await made.json();
    expect(await listed(theirs)).toEqual([]);
    expect(await identify("hum", "", theirs)).toMatchObject({ speaker: null, speakers: 0 });
    for (const [path, method] of [
      [`speakers/${id}`, "DELETE"],
      [`speakers/${id}/clips`, "POST"],
    ] as const) {
      const body = method === "POST" ? voiceClip("hum") : null;
      const problem = await problemOf(await ask(path, method, body, theirs));
      expect(problem).toMatchObject({ type: "/problems/unknown-speaker", status: 404 });
    }
    expect((await identify("hum", "", mine)).speaker).toEqual({ id, name: "me" });
  });
});

describe("a speaker is refused", () => {
  const refusal = async (path: string, clip: BodyInit) =>
    await problemOf(await ask(path, "POST", clip));

  test("who says nothing, to be enrolled or identified", async () => {
    for (const path of ["speakers", "identifications"]) {
      expect(await refusal(path, voiceClip("silence"))).toMatchObject({
        ...{ type: "/problems/too-little-sound", status: 422 },
        ...{ sound_seconds: 0, least_sound_seconds: 1 },
      });
    }
    expect(await listed()).toEqual([]);
  });

  test("by a model that knows no voices", async () => {
    expect(await refusal("speakers?model=tiny-afc-q8", voiceClip("hum"))).toMatchObject({
      ...{ type: "/problems/model-without-head", models: [VOICE_MODEL] },
    });
  });

  test("beyond as many as an owner may have", async () => {
    const { settings } = service.platform;
    service = startService(models, { settings: { ...settings, maxSpeakers: 1 } });
    const [one, other] = await Promise.all(
      ["a", "b"].map((name) => ask(`speakers?name=${name}`, "POST", voiceClip("hum"))),
    );
    expect([one?.status, other?.status].sort()).toEqual([201, 409]);
    expect(await refusal("speakers", voiceClip("hum"))).toMatchObject({
      ...{ type: "/problems/too-many-speakers", max_speakers: 1 },
    });
  });

  test("with more clips than make a difference, or with another model", async () => {
    const { id } = await enrol("hum");
    const other = `speakers/${id}/clips?model=tiny-afc-q8`;
    expect((await refusal(other, voiceClip("hum"))).status).toBe(422);
    await service.platform.database.run(sql`UPDATE speakers SET clips = 50`);
    expect(await refusal(`speakers/${id}/clips`, voiceClip("hum"))).toMatchObject({
      ...{ type: "/problems/too-many-clips", max_clips: 50 },
    });
    await service.platform.database.run(sql`UPDATE speakers SET clips = 1, space = 'another'`);
    expect(await refusal(`speakers/${id}/clips`, voiceClip("hum"))).toMatchObject({
      ...{ type: "/problems/speaker-outdated", model: VOICE_MODEL },
    });
    expect((await identify("hum")).speakers).toBe(0);
  });

  test("whose name is no name", async () => {
    for (const name of ["", "x".repeat(201)]) {
      expect((await refusal(`speakers?name=${name}`, voiceClip("hum"))).status).toBe(422);
    }
  });
});

test("a threshold that was calibrated anew leaves speakers as they are", async () => {
  const { models: own, packs: ownPacks } = await voiceModels(COSINE);
  service = startService(own);
  const { id } = await enrol("hum");
  await changeHeads(ownPacks, `packs/${VOICE_MODEL}/manifest.json`, (head) => ({
    ...head,
    threshold: thresholdAt(1.1),
  }));
  const found = await identify("hum");
  expect(found).toMatchObject({ speaker: null, speakers: 1, threshold: { score: 1.1 } });
  expect(found.candidates.map((candidate) => candidate.id)).toEqual([id]);
});
