/** `npm run bench:accuracy`: quantized packs of golden/mid against its reference, layer by layer. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createNodeBackend } from "../src/model/backend/node.ts";
import { openHuggingFaceDirectory } from "../src/model/checkpoint/huggingface.ts";
import { openSafetensors } from "../src/model/checkpoint/safetensors.ts";
import type { EngineResult, Matrix } from "../src/model/engine.ts";
import { resolveTaps } from "../src/model/layers.ts";
import { manifestKey, PRECISIONS, type Precision } from "../src/model/pack.ts";
import { writePack } from "../src/model/pack-writer.ts";
import { createModelRegistry } from "../src/model/registry.ts";
import { memoryStore } from "../src/store/memory.ts";
import { type LayerError, layerError } from "./measures.ts";
import { replaceSection } from "./report.ts";

const MID = new URL("../../shared/golden/mid", import.meta.url).pathname;
const INPUT = "x51200";

/** The layout of baselines.json. */
interface Baselines {
  readonly [scheme: string]: {
    readonly layers: readonly {
      readonly rel_l2: number;
      readonly standardised_rel_l2: number;
      readonly cos_mean: number;
      readonly cos_min: number;
    }[];
  };
}

if (existsSync(MID)) {
  const table = errorTable([...(await measuredSchemes()), ...baselineSchemes()]);
  console.log(table);
  replaceSection("accuracy", table);
} else {
  console.log(`skipped: accuracy on golden/mid: ${MID} is not there`);
}

interface Scheme {
  readonly name: string;
  readonly layers: readonly LayerError[];
}

async function measuredSchemes(): Promise<Scheme[]> {
  const schemes: Scheme[] = [];
  for (const precision of PRECISIONS) {
    schemes.push({ name: `Undertone ${precision}`, layers: await measure(precision) });
  }
  return schemes;
}

async function measure(precision: Precision): Promise<LayerError[]> {
  const result = await run(precision);
  const golden = await openSafetensors(join(MID, "golden.safetensors"));
  const { shape, data } = await golden.read(`${INPUT}.hidden_states`);
  const [, rows, columns] = shape;
  return [...result.hiddenStates].map(([index, matrix]) => {
    const size = rows * columns;
    const reference: Matrix = {
      rows,
      columns,
      data: data.subarray(index * size, (index + 1) * size),
    };
    return layerError(matrix, reference);
  });
}

async function run(precision: Precision): Promise<EngineResult> {
  const store = memoryStore();
  const checkpoint = await openHuggingFaceDirectory(MID);
  const put = (key: string, bytes: Uint8Array) => store.put(key, bytes);
  const { architecture } = await writePack(checkpoint, { precision }, { put, manifestKey });
  const registry = createModelRegistry({
    storage: store,
    backend: createNodeBackend,
    defaultModel: "",
    reportDamage: () => {},
  });
  const inputs = await openSafetensors(join(MID, "inputs.safetensors"));
  const engine = await registry.open();
  return engine.run((await inputs.read(INPUT)).data, resolveTaps("all", architecture.layerCount));
}

function baselineSchemes(): Scheme[] {
  const baselines: Baselines = JSON.parse(readFileSync(join(MID, "baselines.json"), "utf8"));
  return Object.entries(baselines)
    .filter(([name]) => name !== "fp32")
    .map(([name, { layers }]) => ({
      name: `baseline: ${name}`,
      layers: layers.map((layer) => ({
        relativeL2: layer.rel_l2,
        standardisedRelativeL2: layer.standardised_rel_l2,
        meanFrameCosine: layer.cos_mean,
        worstFrameCosine: layer.cos_min,
      })),
    }));
}

function errorTable(schemes: readonly Scheme[]): string {
  const rows = schemes.flatMap(({ name, layers }) =>
    layers.map((layer, index) =>
      [
        name,
        index,
        layer.relativeL2.toPrecision(3),
        layer.standardisedRelativeL2.toPrecision(3),
        layer.meanFrameCosine.toFixed(5),
        layer.worstFrameCosine.toFixed(5),
      ].join(" | "),
    ),
  );
  return [
    "| scheme | hidden state | relative L2 | standardised | mean cosine | worst cosine |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows.map((row) => `| ${row} |`),
  ].join("\n");
}
