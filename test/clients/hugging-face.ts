/** Hugging Face's own client for JavaScript, as it comes from npm. */
import { InferenceClient } from "@huggingface/inference";
import { describe, expect, test } from "vitest";
import { CLEAR_CLIPS, readSpokenClip, type SpokenClip } from "../../support/packs/spoken-words.ts";
import { wavOf } from "../support/http/tasks.ts";
import type { Host } from "./hosts.ts";
import { authorization } from "./openai.ts";

const SPOKEN = CLEAR_CLIPS[0] as SpokenClip;

/** The three tasks of a service, and its errors. */
export function describeHuggingFace(hostOf: () => Host): void {
  const clientOf = (id: string) =>
    new InferenceClient(hostOf().key, { endpointUrl: `${hostOf().url}/hf/models/${id}` });
  const ask = async (path: string, body: BodyInit) => {
    const init = { method: "POST", body, headers: authorization(hostOf()) };
    return (await fetch(`${hostOf().url}${path}`, init)).json();
  };

  describe("@huggingface/inference", () => {
    test("transcribes", async () => {
      const inputs = new Blob([await readSpokenClip(SPOKEN.file)], { type: "audio/flac" });
      const { text } = await clientOf("spoken-words-q8").automaticSpeechRecognition({ inputs });
      expect(text.toLowerCase()).toBe(SPOKEN.text);
    });

    test("labels a clip as /v1/classifications does", async () => {
      const wav = await wavOf("x16000");
      const inputs = new Blob([wav], { type: "audio/wav" });
      const labels = await clientOf("tiny-seqcls-fp32").audioClassification({ inputs });
      const wanted = await ask("/v1/classifications?model=tiny-seqcls-fp32", wav);
      expect(labels).toEqual(wanted.labels);
    });

    test("extracts the last hidden state of a clip, whatever the model's head is", async () => {
      const wav = await wavOf("x16000");
      const inputs = Buffer.from(wav).toString("base64");
      for (const id of ["tiny-group-fp32", "tiny-ctc-fp32/pipeline/feature-extraction"]) {
        const features = await clientOf(id).featureExtraction({ inputs });
        const { layers } = await ask(`/v1/features?model=${id.split("/")[0]}`, wav);
        expect(features).toEqual(layers[0].data);
      }
    });

    test("shows what was wrong", async () => {
      const words = clientOf("tiny-group-fp32").featureExtraction({ inputs: "Hi, who are you?" });
      await expect(words).rejects.toThrow(/Option `inputs` has to be an https URL/);
      const inputs = new Blob([await wavOf("x16000")]);
      const unknown = clientOf("bert").automaticSpeechRecognition({ inputs });
      await expect(unknown).rejects.toThrow(/'?bert'?/);
    });
  });
}
