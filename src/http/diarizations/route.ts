/** POST /v1/diarizations: who speaks when. */
import { diarizationTask } from "../../tasks/diarization.ts";
import type { Endpoint } from "../endpoint.ts";
import { taskEndpoint } from "../request/task-endpoint.ts";
import { DiarizationSchema } from "./schema.ts";

/** Answers with the segments of each speaker, as JSON or RTTM. */
const diarizeClip = taskEndpoint({
  path: "/v1/diarizations",
  operationId: "diarizeClip",
  summary: "Finds who speaks when",
  task: diarizationTask,
  schema: DiarizationSchema,
  description: "Who speaks when",
  textDescriptions: {
    "text/plain": "RTTM: a SPEAKER line for each segment, with the name of the uploaded file.",
  },
});

/** /v1/diarizations. */
export const diarizations: readonly Endpoint[] = [diarizeClip];
