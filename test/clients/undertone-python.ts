/** The client in one file that comes with Undertone, clients/python, where NumPy is installed. */
import { expect, test } from "vitest";
import { CLEAR_CLIPS, type SpokenClip } from "../../support/packs/spoken-words.ts";
import type { Host } from "./hosts.ts";
import { hasModules, runPython } from "./python.ts";

const SPOKEN = CLEAR_CLIPS[0] as SpokenClip;
const CLIPS = new URL("../fixtures/spoken-words/clips/", import.meta.url).pathname;
const CLIENT = new URL("../../clients/python/", import.meta.url).pathname;
const IS_MISSING = !hasModules("numpy");

const PROGRAM = `
import sys
sys.path.insert(0, given["client"])
sys.dont_write_bytecode = True
import numpy as np
from undertone import Client, ServiceError, UnreachableError, UpstreamExpert

client = Client(given["url"], key=given["key"])
clip, model = given["clip"], "spoken-words-q8"
features = client.features(clip, layers="3,6")
pooled = client.features(clip, pool="mean", layers="6").tensors["hidden_states.6"]
answer = {
    "frames": features.metadata["frames"],
    "shapes": {name: list(array.shape) for name, array in features.tensors.items()},
    "mean": float(np.abs(features.tensors["hidden_states.6"].mean(axis=0) - pooled).max()),
    "text": client.transcribe(clip)["text"],
    "size": list(client.embed(clip, model="tiny-xvector-fp32").shape),
    "cosine": client.compare(clip, clip, model="tiny-xvector-fp32")["cosine"],
    "labels": len(client.classify(clip, model="tiny-seqcls-fp32", top=1)["labels"]),
}

job = client.submit(clip, task="transcription", metadata={"call": 7})
answer["job"] = [client.result(job["id"])["text"], client.job(job["id"])["metadata"]]
job = client.submit(clip, pool="mean", layers="6")
answer["same"] = bool((client.result(job["id"]).tensors["hidden_states.6"] == pooled).all())
client.delete(job["id"])

samples = np.sin(np.arange(32000) / 7).astype(np.float32)
states = UpstreamExpert(client, model)([samples, samples[:16000]])["hidden_states"]
alone = client.features(samples[:16000], layers="6").tensors["hidden_states.6"]
answer["states"] = [list(array.shape) for array in states]
answer["padded"] = bool((states[6][1, : len(alone)] == alone).all() and not states[6][1, len(alone) :].any())

try:
    client.transcribe(b"no audio at all")
except ServiceError as error:
    answer["refused"] = [error.status, error.slug, str(error)]
try:
    client.transcribe(clip, made_up="1")
except ServiceError as error:
    answer["older"] = [error.slug, str(error)]
try:
    Client("http://127.0.0.1:9", tries=1).transcribe(clip)
except UnreachableError as error:
    answer["unreachable"] = str(error)
print(json.dumps(answer))
`;

/** Each call of the client, in one run of a program. */
export function describePythonClient(hostOf: () => Host): void {
  const missing = IS_MISSING ? ": skipped, for python3 has no numpy" : "";
  test.skipIf(IS_MISSING)(`the Python client does what is asked of it${missing}`, async () => {
    const { url, key } = hostOf();
    const answer = await runPython(PROGRAM, {
      url,
      key,
      clip: CLIPS + SPOKEN.file,
      client: CLIENT,
    });
    const text = SPOKEN.text.toUpperCase();
    const { frames, mean } = answer as { readonly frames: number; readonly mean: number };
    expect(answer).toMatchObject({
      shapes: { "hidden_states.3": [frames, 128], "hidden_states.6": [frames, 128] },
      text,
      size: [32],
      older: ["unknown-option", expect.stringContaining("the service is older than the client")],
      labels: 1,
      job: [text, { call: 7 }],
      same: true,
      states: Array(7).fill([2, 99, 128]),
      padded: true,
      refused: [415, "not-audio", expect.stringContaining("audio")],
      unreachable: expect.stringContaining("http://127.0.0.1:9 cannot be reached"),
    });
    expect((answer as { readonly cosine: number }).cosine).toBeCloseTo(1, 6);
    expect(mean).toBeLessThan(1e-5);
  });
}
