/** /v1/audio: tasks in the shapes of OpenAI's audio API and of LocalAI, which extends it. */
import type { Endpoint } from "../endpoint.ts";
import { classifyAudio } from "./classification.ts";
import { diarizeAudio } from "./diarization.ts";
import { transcribeAudio } from "./transcription.ts";

/** /v1/audio. */
export const audio: readonly Endpoint[] = [transcribeAudio, classifyAudio, diarizeAudio];
