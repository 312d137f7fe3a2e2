/** The ready ONNX export of test/fixtures, changed as tests need it, and packs of it. */
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exportedManifest, writeExportedPack } from "../../../src/model/build/exported.ts";
import { openExportedModel } from "../../../src/model/checkpoint/exported/model.ts";
import { manifestKey, type PackManifest } from "../../../src/model/pack/manifest.ts";
import type { Store } from "../../../src/store/store.ts";
import { fixture, temporaryDirectory } from "../checkpoints/files.ts";

/** A directory as transformers.js has it; tiny-ctc's outputs are last_hidden_state and logits. */
export const EXPORT = fixture("exported/tiny-ctc");
export const EXPORT_FILE = join(EXPORT, "onnx/model.onnx");

/** Installs a pack of the export in `directory`. */
export async function installExported(store: Store, directory = EXPORT): Promise<PackManifest> {
  const model = await openExportedModel(directory);
  const manifest = exportedManifest(model);
  await writeExportedPack(model, manifest, {
    put: (key, bytes) => store.put(key, bytes),
    manifestKey,
  });
  return manifest;
}

/** A copy of the export with other names for its files under onnx/, or a changed config.json. */
export async function changedExport({
  names = ["model.onnx"],
  config = {},
  file,
}: {
  readonly names?: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly file?: Uint8Array;
}): Promise<string> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, "onnx"));
  await cp(join(EXPORT, "preprocessor_config.json"), join(directory, "preprocessor_config.json"));
  const given = JSON.parse(await readFile(join(EXPORT, "config.json"), "utf8"));
  await writeFile(join(directory, "config.json"), JSON.stringify({ ...given, ...config }));
  for (const name of names) {
    await writeFile(join(directory, "onnx", name), file ?? (await readFile(EXPORT_FILE)));
  }
  return directory;
}
