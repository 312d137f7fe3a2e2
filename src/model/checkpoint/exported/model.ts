/**
 * Opens a ready ONNX export as transformers.js runs it: one file with its weights, and the configs beside it. Long
 * because every refusal stands beside what it reads.
 */
import { createHash } from "node:crypto";
import { access, readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UndertoneError } from "../../../errors.ts";
import { parseConfig, type WavLMConfig } from "../../config.ts";
import {
  EXPORTED_INPUT,
  EXPORTED_OUTPUTS,
  type ExportedOutput,
} from "../../engine/exported/outputs.ts";
import type { Family } from "../../family.ts";
import type { Head } from "../../heads/head.ts";
import type { Provenance } from "../checkpoint.ts";
import { refuseForeignFile } from "../foreign/file.ts";
import { parseHubHead } from "../heads/config.ts";
import { describeHead } from "../heads/describe.ts";
import { readHeadTokens } from "../heads/tokens.ts";
import { readLicence } from "../huggingface/model-card.ts";
import { readModelConfig } from "../huggingface/model-config.ts";
import { readDoNormalize } from "../huggingface/preprocessing.ts";
import { type CheckpointIdentity, localIdentity } from "../identity.ts";
import { readOnnxSignature } from "./onnx-signature.ts";

/** A model that is one ONNX file. */
export interface ExportedModel {
  /** The model's short name; that of `model_quantized.onnx` ends in `-quantized`. */
  readonly name: string;
  readonly file: Uint8Array<ArrayBuffer>;
  readonly outputs: readonly ExportedOutput[];
  readonly config: WavLMConfig;
  readonly doNormalize: boolean;
  readonly head: Head | null;
  readonly provenance: Provenance;
  /** As those of a checkpoint. */
  readonly notes: readonly string[];
}

/** Folder of the exports in a transformers.js repository. */
export const EXPORT_FOLDER = "onnx";
const WHOLE_MODEL = "model.onnx";

/**
 * Opens an `.onnx` file whose configs lie beside it or in the folder above, or a directory with such files in `onnx/`.
 * @throws UndertoneError `checkpoint-invalid` for what is missing or broken; `checkpoint-unsupported` for a model that takes
 *   more than a clip or gives nothing known, for weights in a second file, and for configs that are not supported.
 */
export async function openExportedModel(
  path: string,
  identity?: CheckpointIdentity,
): Promise<ExportedModel> {
  const isFile = path.endsWith(".onnx");
  const onnxPath = isFile ? path : await chooseExport(path);
  const directory = isFile ? await configDirectory(path) : path;
  const { name, source, ...stated } = identity ?? localIdentity(directory);
  const json = await readModelConfig(directory);
  const config = parseConfig(json);
  await refuseForeignFile(onnxPath);
  const file = await readFile(onnxPath);
  const licence = await readLicence(directory);
  const described = await readHead(directory, json, config.family);
  const { outputs, head } = offered(file, described.head);
  return {
    name: name + suffixOf(onnxPath),
    file,
    outputs,
    head,
    notes: described.notes,
    config,
    doNormalize: await readDoNormalize(directory),
    provenance: {
      source,
      sourceSha256: createHash("sha256").update(file).digest("hex"),
      licence: licence === "unknown" ? (stated.licence ?? licence) : licence,
    },
  };
}

/** Folder and names of a directory's exports: in a folder as transformers.js has them, or beside config.json. */
export async function listExports(directory: string): Promise<{ folder: string; names: string[] }> {
  for (const folder of [join(directory, EXPORT_FOLDER), directory]) {
    const entries = await readdir(folder).catch(() => []);
    const names = entries.filter((name) => name.endsWith(".onnx")).sort();
    if (names.length > 0) return { folder, names };
  }
  return { folder: directory, names: [] };
}

/** `model.onnx` of a directory's exports, or else the only one. */
async function chooseExport(directory: string): Promise<string> {
  const { folder, names } = await listExports(directory);
  const [chosen] = names.includes(WHOLE_MODEL) ? [WHOLE_MODEL] : names;
  if (chosen !== undefined && (chosen === WHOLE_MODEL || names.length === 1)) {
    return join(folder, chosen);
  }
  const place = folder === directory ? "The directory" : `${EXPORT_FOLDER}/`;
  throw new UndertoneError(
    "checkpoint-unsupported",
    `${place} has ${names.join(", ")}: name the file to take.`,
    { files: names },
  );
}

async function configDirectory(path: string): Promise<string> {
  const own = dirname(path);
  const isBeside = await access(join(own, "config.json")).then(
    () => true,
    () => false,
  );
  return isBeside || basename(own) !== EXPORT_FOLDER ? own : dirname(own);
}

/** Exporters name variants `model_<variant>.onnx`. */
function suffixOf(path: string): string {
  const variant = basename(path, ".onnx").replace(/^model(_|$)/, "");
  const plain = variant.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return plain === "" ? "" : `-${plain}`;
}

async function readHead(
  directory: string,
  json: unknown,
  family: Family,
): Promise<{ readonly head: Head | null; readonly notes: readonly string[] }> {
  const hub = parseHubHead(json, family);
  if (hub === null) return { head: null, notes: [] };
  const tokens = await readHeadTokens(directory, hub);
  // Its weighted sum, if it has one, is in the file already.
  return { head: describeHead(hub, { layerSum: null, tokens }), notes: tokens.notes };
}

/** The usable outputs of a file; a head is usable only if its logits are among them. */
function offered(file: Uint8Array, described: Head | null) {
  const { inputs, outputs, hasExternalWeights } = readOnnxSignature(file);
  if (hasExternalWeights) throw unsupported("keeps its weights in a second file");
  const [input] = inputs;
  if (inputs.length !== 1 || input?.name !== EXPORTED_INPUT || !input.isFloat32) {
    const names = inputs.map(({ name }) => name).join(", ");
    throw unsupported(`takes ${names || "nothing"}; its only input must be ${EXPORTED_INPUT}`);
  }
  const given = EXPORTED_OUTPUTS.filter((name) =>
    outputs.some((output) => output.name === name && output.isFloat32),
  );
  const needed: readonly ExportedOutput[] =
    described?.kind === "xvector" ? ["logits", "embeddings"] : ["logits"];
  const head = needed.every((name) => given.includes(name)) ? described : null;
  const usable = given.filter((name) => name === "last_hidden_state" || head !== null);
  if (usable.length > 0) return { outputs: usable, head };
  const names = outputs.map(({ name }) => name).join(", ");
  throw unsupported(`gives ${names || "nothing"}, none of which can be used with its config.json`);
}

function unsupported(problem: string): UndertoneError {
  return new UndertoneError(
    "checkpoint-unsupported",
    `The ONNX export ${problem}: export it as one float32 function of ${EXPORTED_INPUT} that gives ${EXPORTED_OUTPUTS.join(" or ")}, or build from the checkpoint that it was exported from.`,
  );
}
