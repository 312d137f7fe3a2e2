import { beforeAll, describe, expect, test } from "vitest";
import { ClassificationSchema } from "../../../src/http/classifications/schema.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { problemOf, type Service, startService } from "../../support/http/service.ts";
import { ask, startTaskService, wavOf } from "../../support/http/tasks.ts";
import {
  GOLDEN_HEADS,
  type GoldenHead,
  goldenHeadVectors,
  installChanged,
} from "../../support/model/golden-heads.ts";

let service: Service;
let logits: number[];

beforeAll(async () => {
  service = await startTaskService();
  const golden = GOLDEN_HEADS.find(({ name }) => name === "tiny-seqcls") as GoldenHead;
  logits = [...((await goldenHeadVectors(golden)).get("x16000")?.logits ?? [])];
});

describe("POST /v1/classifications", () => {
  test("gives each label its share, best first", async () => {
    const response = await ask(service, "classifications", "tiny-seqcls", await wavOf("x16000"));
    const { labels, scores } = ClassificationSchema.parse(await response.json());
    expect(scores).toBe("softmax");
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    expect(labels).toHaveLength(4);
    for (const { label, score } of labels) {
      const logit = logits[Number(label.replace("LABEL_", ""))] as number;
      expect(score).toBeCloseTo(Math.exp(logit) / total, 4);
    }
    const given = labels.map(({ score }) => score);
    expect(given).toEqual([...given].sort((a, b) => b - a));
  });

  test("gives as many labels as asked for", async () => {
    const clip = await wavOf("x16000");
    const { labels } = await (
      await ask(service, "classifications?top=1", "tiny-seqcls", clip)
    ).json();
    const best = logits.indexOf(Math.max(...logits));
    expect(labels).toEqual([{ label: `LABEL_${best}`, score: expect.any(Number) }]);
    const problem = await problemOf(
      await ask(service, "classifications?top=0", "tiny-seqcls", clip),
    );
    expect(problem.type).toBe("/problems/invalid-option");
  });

  test("gives each label a probability of its own where several may hold", async () => {
    const store = memoryStore();
    await installChanged(store, "tiny-seqcls", { problem_type: "multi_label_classification" });
    const several = startService(nodeRegistry(store));
    const response = await ask(several, "classifications", "tiny-seqcls", await wavOf("x16000"));
    const { labels, scores } = ClassificationSchema.parse(await response.json());
    expect(scores).toBe("sigmoid");
    for (const { label, score } of labels) {
      const logit = logits[Number(label.replace("LABEL_", ""))] as number;
      expect(score).toBeCloseTo(1 / (1 + Math.exp(-logit)), 4);
    }
  });

  test("needs a model with the head", async () => {
    const response = await ask(service, "classifications", "tiny-group", await wavOf("x400"));
    expect(await problemOf(response)).toMatchObject({
      type: "/problems/model-without-head",
      models: ["tiny-seqcls-fp32"],
    });
  });
});
