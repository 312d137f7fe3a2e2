/**
 * A client of types that openapi-typescript makes of /openapi.json ("undertone-api"). It calls every operation once or more
 * and annotates what comes back, so that it compiles only if the document says what the service takes and gives.
 */
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "undertone-api";
import type { Answered, Assignment, Calls } from "./calls.ts";

type Answer<Data> = { readonly data?: Data; readonly error?: unknown; readonly response: Response };

function dataOf<Data>({ data, error, response }: Answer<Data>): Data {
  if (data !== undefined) return data;
  throw new Error(`${response.url}: ${response.status} ${JSON.stringify(error)}`);
}

function form(fields: object): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    data.set(name, value instanceof Blob ? value : String(value));
  }
  return data;
}

const RAW = {
  bodySerializer: (body: unknown) => body,
  headers: { "Content-Type": "application/octet-stream" },
};

/** Calls every operation of the server. */
export async function callEverything(assignment: Assignment): Promise<Calls> {
  const { baseUrl, key, clipUrl, callbackUrl, hook } = assignment;
  const clip = new Blob([assignment.clip]);
  const answered: Answered[] = [];
  const recorder: Middleware = {
    async onResponse({ schemaPath, request, response }) {
      answered.push({
        method: request.method.toLowerCase(),
        path: schemaPath,
        status: response.status,
        mediaType: response.headers.get("Content-Type")?.split(";")[0] ?? "",
        text: await response.clone().text(),
      });
    },
  };
  const headers = { Authorization: `Bearer ${key}` };
  // Where an answer may be JSON or a file, the types of this client are those of the JSON.
  const client = createClient<paths, `application/${string}json`>({ baseUrl, headers });
  client.use(recorder);

  const health: "ok" = dataOf(await client.GET("/healthz")).status;
  const readiness: "ready" = dataOf(await client.GET("/readyz")).status;
  const document: Record<string, unknown> = dataOf(await client.GET("/openapi.json"));
  const short: string = dataOf(await client.GET("/llms.txt", { parseAs: "text" }));
  if (!short.startsWith("# Undertone")) throw new Error(short);
  const metrics: string = dataOf(await client.GET("/metrics", { parseAs: "text" }));
  if (!metrics.includes("undertone_requests_total")) throw new Error(metrics);
  const regions: components["schemas"]["Regions"] = dataOf(await client.GET("/v1/regions"));
  if (regions.source !== "process") throw new Error(regions.source);
  const slug = { params: { path: { slug: "not-audio" } } };
  const notAudio: number = dataOf(await client.GET("/problems/{slug}", slug)).status;
  const tested: components["schemas"]["SelfTest"] = dataOf(await client.GET("/v1/self-test"));
  if (tested.checks.length === 0) throw new Error();
  if (readiness !== "ready") throw new Error(readiness);
  if (health !== "ok" || document.openapi === undefined || notAudio !== 415) throw new Error();

  const frames: number[] = [];
  const raw = dataOf(
    await client.POST("/v1/features", {
      params: { query: { pool: "mean", start: 0.1, channel: 0, layers: "0,-1" } },
      body: clip,
      ...RAW,
    }),
  );
  const shape: number[] = raw.layers.flatMap((layer) => layer.shape);
  const warnings: string[] = raw.audio.warnings.map(({ detail }) => detail);
  frames.push(raw.frames, shape.length, warnings.length);
  const npy: ArrayBuffer = dataOf(
    await client.POST("/v1/features", {
      params: { query: { format: "npy" } },
      body: { file: clip, end: 0.5, channel: "left" },
      bodySerializer: form,
      parseAs: "arrayBuffer",
    }),
  );

  const model = (id: string) => ({ model: `${id}-fp32` });
  const embedding = dataOf(
    await client.POST("/v1/embeddings", {
      params: { query: { ...model("tiny-xvector"), l2: true } },
      body: clip,
      ...RAW,
    }),
  );
  if (!("embedding" in embedding)) throw new Error("one clip has one vector");
  const vector: readonly number[] = embedding.embedding;
  const listOfVectors = dataOf(
    await client.POST("/v1/embeddings", {
      body: { input: [clipUrl], ...model("tiny-xvector"), encoding_format: "base64" },
    }),
  );
  if (!("data" in listOfVectors)) throw new Error("inputs have a list of vectors");
  const encoded: string | readonly number[] | undefined = listOfVectors.data[0]?.embedding;
  if (typeof encoded !== "string") throw new Error("the vector is not base64");
  const comparison = dataOf(
    await client.POST("/v1/comparisons", {
      body: { a: clip, b: clip, ...model("tiny-xvector") },
      bodySerializer: form,
    }),
  );
  const isSame: boolean | null = comparison.same_speaker;
  if (isSame !== null) throw new Error("there is no threshold");
  const enrolled: components["schemas"]["Speaker"] = dataOf(
    await client.POST("/v1/speakers", {
      params: { query: { ...model("tiny-xvector"), name: "somebody" } },
      body: clip,
      ...RAW,
    }),
  );
  const { id: speakerId } = enrolled;
  const more = dataOf(
    await client.POST("/v1/speakers/{id}/clips", {
      params: { path: { id: speakerId } },
      body: { file: clip },
      bodySerializer: form,
    }),
  );
  const { speakers: everybody } = dataOf(await client.GET("/v1/speakers"));
  const identified = dataOf(
    await client.POST("/v1/identifications", {
      body: { audio_url: clipUrl, ...model("tiny-xvector"), top: 1 },
    }),
  );
  const candidates: string[] = identified.candidates.map(({ id }) => id);
  await client.DELETE("/v1/speakers/{id}", { params: { path: { id: speakerId } } });
  if (more.clips !== 2 || everybody.length !== 1 || candidates[0] !== speakerId) throw new Error();
  const transcription = dataOf(
    await client.POST("/v1/transcriptions", {
      params: { query: { ...model("tiny-ctc"), decoder: "beam", beam_width: 4, tokens: true } },
      body: clip,
      ...RAW,
    }),
  );
  const classification = dataOf(
    await client.POST("/v1/classifications", {
      body: { file: clip, top: 2, ...model("tiny-seqcls") },
      bodySerializer: form,
    }),
  );
  const diarizationQuery = {
    ...model("tiny-afc"),
    threshold: 0.4,
    min_gap: 0,
    probabilities: true,
  };
  const diarization = dataOf(
    await client.POST("/v1/diarizations", {
      params: { query: diarizationQuery },
      body: clip,
      ...RAW,
    }),
  );
  const rttm: string = dataOf(
    await client.POST("/v1/diarizations", {
      params: { query: { ...model("tiny-afc"), format: "rttm" } },
      body: clip,
      parseAs: "text",
      ...RAW,
    }),
  );

  const audio = { file: clip, response_format: "verbose_json" } as const;
  const verbose: components["schemas"]["AudioTranscription"] = dataOf(
    await client.POST("/v1/audio/transcriptions", {
      body: { ...audio, ...model("tiny-ctc") },
      bodySerializer: form,
    }),
  );
  const spokenSegments: string[] = (verbose.segments ?? []).map(({ text }) => text);
  const detections: components["schemas"]["AudioClassification"]["detections"] = dataOf(
    await client.POST("/v1/audio/classification", {
      body: { file: clip, top_k: 1, ...model("tiny-seqcls") },
      bodySerializer: form,
    }),
  ).detections;
  const diarized: components["schemas"]["AudioDiarization"] = dataOf(
    await client.POST("/v1/audio/diarization", {
      body: { ...audio, ...model("tiny-afc"), threshold: 0.4 },
      bodySerializer: form,
    }),
  );
  const counts = [spokenSegments, detections, diarized.segments].map(({ length }) => length);
  if (counts.includes(0)) throw new Error(`nothing was found: ${counts}`);

  const inferred = dataOf(
    await client.POST("/hf/models/{id}", {
      params: { path: { id: "tiny-ctc-fp32" } },
      body: { inputs: clipUrl, parameters: { return_timestamps: "word" } },
    }),
  );
  if (!("text" in inferred)) throw new Error("a model with a CTC head gives text");
  const chunk: number[] = inferred.chunks?.[0]?.timestamp ?? [];
  const pipeline = { id: "tiny-ctc-fp32", task: "feature-extraction" } as const;
  const extracted = dataOf(
    await client.POST("/hf/models/{id}/pipeline/{task}", {
      params: { path: pipeline },
      body: clip,
      ...RAW,
    }),
  );
  if (chunk.length !== 2 || !Array.isArray(extracted)) throw new Error("there are no features");

  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  const { data: pong } = await client.POST("/mcp", { body: ping });
  if (pong?.id !== 1) throw new Error("there is no pong");

  const [listed] = dataOf(await client.GET("/v1/models")).models;
  const id = listed?.id ?? "";
  const { segments } = dataOf(await client.GET("/v1/models/{id}", { params: { path: { id } } }));
  const digest: string = segments[0]?.sha256 ?? "";
  dataOf(await client.GET("/v1/packs/{id}/manifest.json", { params: { path: { id } } }));
  const blob: Blob = dataOf(
    await client.GET("/v1/packs/blobs/{name}", {
      params: { path: { name: `${digest}.weights` } },
      parseAs: "blob",
    }),
  );
  if (blob.size !== segments[0]?.bytes) throw new Error("the blob is not whole");

  const secret: string = dataOf(
    await client.POST("/v1/webhook-secrets", { params: { query: { overlap_seconds: 60 } } }),
  ).secret;
  const { secrets } = dataOf(await client.GET("/v1/webhook-secrets"));
  if (!secret.startsWith("whsec_") || secrets.length !== 1) throw new Error("there is no secret");

  const idempotency = { params: { header: { "idempotency-key": "a" } } };
  const byUrl = dataOf(
    await client.POST("/v1/jobs", {
      ...idempotency,
      body: {
        audio_url: clipUrl,
        pool: "mean",
        start: 0.1,
        channel: 0,
        metadata: { call: 7 },
        callback_url: callbackUrl,
      },
    }),
  );
  const uploaded = dataOf(await client.POST("/v1/jobs", { body: clip, ...RAW }));
  const posted = dataOf(
    await client.POST("/v1/jobs", { body: { file: clip, end: 0.4 }, bodySerializer: form }),
  );
  const jobs: components["schemas"]["Job"][] = [];
  for (const { id } of [byUrl, uploaded, posted]) {
    jobs.push(await ended(async () => dataOf(await client.GET("/v1/jobs/{id}", path(id)))));
  }
  dataOf(await client.GET("/v1/jobs", { params: { query: { status: "done", limit: 2 } } }));
  const result = dataOf(await client.GET("/v1/jobs/{id}/result", path(byUrl.id)));
  if (!("layers" in result)) throw new Error("the job's features have no layers");
  frames.push(result.frames);
  const watched: string = dataOf(
    await client.GET("/v1/jobs/{id}/events", { ...path(byUrl.id), parseAs: "text" }),
  );
  if (!watched.includes("event: done")) throw new Error("the job's end is no event");
  const spoken = dataOf(
    await client.POST("/v1/jobs", {
      params: { query: { task: "transcription", ...model("tiny-ctc"), decoder: "beam" } },
      body: clip,
      ...RAW,
    }),
  );
  const task: components["schemas"]["Job"]["task"] = spoken.task;
  await ended(async () => dataOf(await client.GET("/v1/jobs/{id}", path(spoken.id))));
  const transcript = dataOf(await client.GET("/v1/jobs/{id}/result", path(spoken.id)));
  if (task !== "transcription" || !("words" in transcript)) throw new Error("nothing was said");
  const delivered = await until(async () => {
    const { deliveries } = dataOf(await client.GET("/v1/jobs/{id}/deliveries", path(byUrl.id)));
    return deliveries.find(({ status }) => status === "delivered");
  });
  const again = { params: { path: { id: byUrl.id, delivery: delivered.id } } };
  const redelivery = dataOf(
    await client.POST("/v1/jobs/{id}/deliveries/{delivery}/redeliver", again),
  );
  await client.DELETE("/v1/jobs/{id}", path(uploaded.id));

  const lines = [
    { url: clipUrl, options: { pool: "mean", end: 0.5 } },
    { url: clipUrl, id: "b" },
  ];
  const submitted = dataOf(
    await client.POST("/v1/batches", {
      params: { query: { pool: "max", callback_url: callbackUrl } },
      body: lines.map((line) => JSON.stringify(line)).join("\n"),
      bodySerializer: (body) => body,
      headers: { "Content-Type": "application/jsonl" },
    }),
  );
  const batch = await ended(async () =>
    dataOf(await client.GET("/v1/batches/{id}", path(submitted.id))),
  );
  const doneLines: number = batch.counts.done;
  const resultLines: string = dataOf(
    await client.GET("/v1/batches/{id}/results", { ...path(batch.id), parseAs: "text" }),
  );
  if (resultLines.trim().split("\n").length !== doneLines) throw new Error(resultLines);
  const resultFile: ArrayBuffer = dataOf(
    await client.GET("/v1/batches/{id}/results", {
      params: { path: { id: batch.id }, query: { format: "parquet", last: 1 } },
      parseAs: "arrayBuffer",
    }),
  );
  if (new TextDecoder().decode(resultFile.slice(-4)) !== "PAR1") throw new Error("no Parquet file");
  dataOf(await client.GET("/v1/batches", { params: { query: { limit: 1 } } }));
  dataOf(await client.POST("/v1/batches/{id}/cancel", path(batch.id)));
  const batchDelivery = await until(async () => {
    const { deliveries } = dataOf(await client.GET("/v1/batches/{id}/deliveries", path(batch.id)));
    return deliveries.find(({ status }) => status === "delivered");
  });
  dataOf(
    await client.POST("/v1/batches/{id}/deliveries/{delivery}/redeliver", {
      params: { path: { id: batch.id, delivery: batchDelivery.id } },
    }),
  );
  const hooked = dataOf(
    await client.POST("/v1/hooks/{name}", {
      params: { path: { name: "calls" } },
      headers: hook.headers,
      body: hook.body,
      bodySerializer: (body) => body,
    }),
  );
  const isSeen: boolean = hooked.seen;
  if (isSeen) throw new Error("the event had come before");

  const { error } = await client.POST("/v1/features", {
    params: { query: { layers: "99" } },
    body: clip,
    ...RAW,
  });
  if (error === undefined) throw new Error("there is no layer 99");
  const problem: components["schemas"]["Problem"] = error;

  return {
    answered,
    frames,
    npyBytes: npy.byteLength,
    embeddingSize: vector.length,
    cosine: comparison.cosine,
    text: transcription.text,
    bestLabel: classification.labels[0]?.label ?? "",
    speakers: diarization.speakers,
    rttm,
    jobs,
    batch,
    deliveryStatus: redelivery.status,
    problem,
  };
}

function path(id: string) {
  return { params: { path: { id } } };
}

/** What ends asks anew until it has ended. */
function ended<Thing extends { readonly finished_at: string | null }>(
  ask: () => Promise<Thing>,
): Promise<Thing> {
  return until(async () => {
    const thing = await ask();
    return thing.finished_at === null ? undefined : thing;
  });
}

async function until<Found>(find: () => Promise<Found | undefined>): Promise<Found> {
  for (let tries = 0; tries < 600; tries++) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not happen in half a minute");
}
