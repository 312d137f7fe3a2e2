/** OpenAI's own SDK for Python, where it is installed. */
import { expect, test } from "vitest";
import { CLEAR_CLIPS, type SpokenClip } from "../../support/packs/spoken-words.ts";
import type { Host } from "./hosts.ts";
import { hasModules, runPython } from "./python.ts";

const SPOKEN = CLEAR_CLIPS[0] as SpokenClip;
const CLIPS = new URL("../fixtures/spoken-words/clips/", import.meta.url).pathname;
const IS_MISSING = !hasModules("openai");

const PROGRAM = `
import base64
from openai import OpenAI, APIStatusError

client = OpenAI(base_url=given["url"] + "/v1", api_key=given["key"])
model = "spoken-words-q8"

def transcribe(**options):
    with open(given["clip"], "rb") as clip:
        return client.audio.transcriptions.create(file=clip, model=model, **options)

answer = {"models": [model.id for model in client.models.list()]}
answer["text"] = transcribe().text
answer["srt"] = transcribe(response_format="srt")
verbose = transcribe(response_format="verbose_json", timestamp_granularities=["word", "segment"])
answer["words"] = [word.word for word in verbose.words]
answer["segments"] = [segment.text for segment in verbose.segments]
answer["streamed"] = "".join(
    event.delta for event in transcribe(stream=True) if event.type == "transcript.text.delta"
)
with open(given["clip"], "rb") as clip:
    url = "data:audio/flac;base64," + base64.b64encode(clip.read()).decode()
answer["size"] = len(client.embeddings.create(model="tiny-xvector-fp32", input=url).data[0].embedding)
try:
    transcribe(response_format="diarized_json")
except APIStatusError as error:
    answer["error"] = [error.status_code, error.code, error.param, error.message]
print(json.dumps(answer))
`;

/** The same as for JavaScript, in one run of a program. */
export function describeOpenAiPython(hostOf: () => Host): void {
  const missing = IS_MISSING ? ": skipped, for python3 has no openai" : "";
  test.skipIf(IS_MISSING)(`openai for Python does what is asked of it${missing}`, async () => {
    const { url, key } = hostOf();
    const answer = await runPython(PROGRAM, { url, key, clip: CLIPS + SPOKEN.file });
    const text = SPOKEN.text.toUpperCase();
    expect(answer).toMatchObject({
      models: expect.arrayContaining(["spoken-words-q8"]),
      text,
      srt: expect.stringContaining(`\n${text}\n`),
      words: text.split(" "),
      segments: [text],
      streamed: text,
      size: 32,
      error: [422, "invalid-option", "response_format", expect.stringContaining("verbose_json")],
    });
  });
}
