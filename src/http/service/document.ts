/** What the OpenAPI document says of the API as a whole. */

export const DOCUMENT = {
  openapi: "3.1.0",
  info: {
    title: "Undertone",
    version: "1",
    description: "WavLM speech features of audio clips, and what models with a head make of them.",
    license: { name: "MIT", identifier: "MIT" },
  },
  // The service that answers with the document, whatever its origin.
  servers: [{ url: "/" }],
  tags: [
    { name: "features", description: "Features of a clip while the client waits." },
    { name: "tasks", description: "Results of models with a head." },
    { name: "speakers", description: "Voices that are known again." },
    { name: "audio", description: "The same in the shapes of OpenAI's audio API." },
    { name: "hugging face", description: "The same in the shapes of Hugging Face's clients." },
    { name: "jobs", description: "Features computed later: jobs, batches and hooks." },
    { name: "webhooks", description: "Webhooks sent when a job or batch has ended." },
    { name: "models", description: "Installed models and the files of their packs." },
    { name: "service", description: "The service itself." },
  ],
};
