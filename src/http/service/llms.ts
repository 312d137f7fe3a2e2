/** GET /llms.txt: the API in short, for language models (https://llmstxt.org). */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { PUBLIC } from "../access/access.ts";
import { PROBLEM_RESPONSES } from "../answer/responses.ts";
import type { AppEnv } from "../context.ts";
import { endpoint } from "../endpoint.ts";
import { DOCUMENT } from "./document.ts";
import { openApiDocument } from "./openapi.ts";

const MAX_AGE_SECONDS = 300;

const INTRODUCTION = `# Undertone

> Speech over HTTP: WavLM features of audio clips, and what models with a head make of them (transcription, speaker
> embeddings and comparison, diarization, classification).

- Every address but those of the service itself needs \`Authorization: Bearer ut_…\`.
- A clip is the raw request body, field \`file\` of a multipart form, or \`audio_url\` of a body in JSON. Its format is detected
  from the bytes.
- Options are query parameters, or fields of the form or of the JSON. Unknown options are refused.
- Errors are application/problem+json: \`detail\` says what to do, and \`Retry-After\` when trying again can help.
- Clips that are too long for an answer at once go to POST /v1/jobs.
- OpenAI's SDKs work with this origin and /v1 as their base URL, Hugging Face's with /hf/models/{id}.

Transcribe a clip: \`curl --data-binary @clip.wav -H 'Authorization: Bearer ut_…' <origin>/v1/transcriptions\`

- [OpenAPI 3.1](/openapi.json): every address, option, answer and error
- [API page](/docs): the same as a page, which can send requests
`;

/** Answers with an introduction and a line for each operation. */
export const describeForModels = endpoint({
  route: {
    method: "get",
    path: "/llms.txt",
    operationId: "getLlmsText",
    summary: "Gets the API in short, for language models",
    tags: ["service"],
    responses: {
      200: { description: "Markdown", content: { "text/plain": { schema: z.string() } } },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: PUBLIC,
  handle(_platform, app) {
    let text: string | undefined;
    return (c) => {
      text ??= llmsText(app);
      return c.text(text, 200, { "Cache-Control": `public, max-age=${MAX_AGE_SECONDS}` });
    };
  },
});

interface Operation {
  readonly summary: string;
  readonly tags: readonly string[];
}

function llmsText(app: OpenAPIHono<AppEnv>): string {
  const { paths } = JSON.parse(openApiDocument(app)) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { summary, tags }]) => {
      return { tags, line: `- [${method.toUpperCase()} ${path}](/openapi.json): ${summary}\n` };
    }),
  );
  const sections = DOCUMENT.tags.map(({ name, description }) => {
    const lines = operations.filter(({ tags }) => tags.includes(name)).map(({ line }) => line);
    return `\n## ${name[0]?.toUpperCase()}${name.slice(1)}\n\n${description}\n\n${lines.join("")}`;
  });
  return INTRODUCTION + sections.join("");
}
