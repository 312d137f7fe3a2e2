/** Hugging Face's own client for Python, where it is installed. */
import { expect, test } from "vitest";
import { CLEAR_CLIPS, type SpokenClip } from "../../support/packs/spoken-words.ts";
import type { Host } from "./hosts.ts";
import { hasModules, runPython } from "./python.ts";

const SPOKEN = CLEAR_CLIPS[0] as SpokenClip;
const CLIPS = new URL("../fixtures/spoken-words/clips/", import.meta.url).pathname;
const IS_MISSING = !hasModules("huggingface_hub", "numpy");

const PROGRAM = `
import base64
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError

def client(model):
    return InferenceClient(given["url"] + "/hf/models/" + model, token=given["key"])

spoken = client("spoken-words-q8")
answer = {"text": spoken.automatic_speech_recognition(given["clip"]).text}
timed = spoken.automatic_speech_recognition(given["clip"], extra_body={"return_timestamps": "word"})
answer["words"] = [chunk.text for chunk in timed.chunks]
labels = client("tiny-seqcls-fp32").audio_classification(given["clip"], top_k=2)
answer["labels"] = [label.label for label in labels]
with open(given["clip"], "rb") as clip:
    inline = base64.b64encode(clip.read()).decode()
answer["shape"] = list(client("tiny-group-fp32").feature_extraction(inline).shape)
try:
    client("tiny-seqcls-fp32").audio_classification(given["clip"], top_k=0)
except HfHubHTTPError as error:
    answer["error"] = str(error)
print(json.dumps(answer))
`;

/** The same as for JavaScript, in one run of a program. */
export function describeHuggingFacePython(hostOf: () => Host): void {
  const missing = IS_MISSING ? ": skipped, for python3 has no huggingface_hub" : "";
  test.skipIf(IS_MISSING)(`huggingface_hub does what is asked of it${missing}`, async () => {
    const { url, key } = hostOf();
    const answer = await runPython(PROGRAM, { url, key, clip: CLIPS + SPOKEN.file });
    const text = SPOKEN.text.toUpperCase();
    expect(answer).toMatchObject({
      text,
      words: text.split(" "),
      labels: [expect.any(String), expect.any(String)],
      shape: [expect.any(Number), 48],
      error: expect.stringContaining("Option `top_k` has to be a whole number"),
    });
  });
}
