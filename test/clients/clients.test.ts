import { afterAll, beforeAll, describe, vi } from "vitest";
import { describeGuides } from "./guides.ts";
import { HOSTS, type Host } from "./hosts.ts";
import { describeHuggingFace } from "./hugging-face.ts";
import { describeHuggingFacePython } from "./hugging-face-python.ts";
import { describeMcp } from "./mcp.ts";
import { describeOpenAi } from "./openai.ts";
import { describeOpenAiPython } from "./openai-python.ts";
import { describeTypedClient } from "./typed.ts";
import { describePythonClient } from "./undertone-python.ts";

/** Other tests may be busy on the same machine. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

describe.each(HOSTS)("on $name", ({ name, open }) => {
  let host: Host;
  beforeAll(async () => {
    host = await open();
  });
  afterAll(() => host?.close());

  describeTypedClient(() => host);
  describePythonClient(() => host);
  describeOpenAi(() => host);
  describeOpenAiPython(() => host);
  describeHuggingFace(() => host);
  describeHuggingFacePython(() => host);
  describeMcp(() => host);
  if (name === "workerd") describeGuides(() => host);
});
