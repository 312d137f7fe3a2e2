/** Runs a model that is one ONNX file. */
import type { BackendOutput, ProgramSession } from "../../backend/backend.ts";
import { frameCount } from "../../framing.ts";
import { logitsSize } from "../../heads/head.ts";
import type { Matrix } from "../../matrix.ts";
import { damagedPack } from "../../pack/blobs.ts";
import type { PackManifest } from "../../pack/manifest.ts";
import type { Taps } from "../taps/taps.ts";
import type { Computed } from "../windows/compute.ts";
import { EXPORTED_INPUT, type ExportedOutput, neededOutputs } from "./outputs.ts";

/**
 * Computes what the taps ask for of a clip as a whole.
 * @throws UndertoneError `pack-damaged` if the file gives other sizes than config.json says.
 */
export async function runExported(
  session: ProgramSession,
  { architecture }: Pick<PackManifest, "architecture">,
  samples: Float32Array,
  taps: Taps,
): Promise<Computed> {
  const shape = [1, samples.length];
  const { outputs } = await session.run(
    { [EXPORTED_INPUT]: { type: "float32", shape, data: samples } },
    neededOutputs(taps),
  );
  const frames = frameCount(samples.length);
  const sized = (name: ExportedOutput, rows: number, columns: number): Matrix =>
    requireSize(name, outputs[name], { rows, columns });
  const nothing = { extractFeatures: null, layerSum: null };
  if (taps.head !== null) {
    const { rows, columns } = logitsSize(taps.head, frames);
    const logits = sized("logits", rows, columns);
    const embedding =
      taps.head.kind === "xvector" ? sized("embeddings", 1, taps.head.embeddingSize).data : null;
    return {
      ...nothing,
      hiddenStates: new Map(),
      lastHiddenState: null,
      head: { logits, embedding },
    };
  }
  const state = sized("last_hidden_state", frames, architecture.hiddenSize);
  return {
    ...nothing,
    hiddenStates: new Map(taps.hiddenStates.map((index) => [index, state])),
    lastHiddenState: taps.lastHiddenState ? state : null,
    head: null,
  };
}

function requireSize(
  name: ExportedOutput,
  { shape, data }: BackendOutput,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Matrix {
  if (data.length === rows * columns && shape.at(-1) === columns) return { rows, columns, data };
  throw damagedPack(`gives ${name} as [${shape}] where its config.json says [${rows}, ${columns}]`);
}
