/** The files of a pack that a run reads. */
import { exportedProgram } from "../engine/exported/outputs.ts";
import type { Taps } from "../engine/taps/taps.ts";
import { depthOf, isNormed } from "../engine/taps/taps.ts";
import { type Blob, type PackManifest, packBlobs } from "./manifest.ts";

/** Those that a run needs, each once; layers behind the last one wanted are not among them, nor a head that is not. */
export function neededBlobs(manifest: PackManifest, taps: Taps): Blob[] {
  if (exportedProgram(manifest) !== undefined) return packBlobs(manifest);
  const names = neededSegments(manifest, taps);
  const segments = manifest.segments.filter(({ name }) => names.has(name));
  const used = new Set(segments.flatMap(({ programs }) => programs));
  const programs = manifest.programs.filter(({ name }) => used.has(name));
  return packBlobs({ programs, segments, heads: [] });
}

function neededSegments({ architecture, segments }: PackManifest, taps: Taps): Set<string> {
  const names = new Set(["frontend"]);
  const depth = depthOf({ taps, config: architecture });
  if (depth >= 0) names.add("positional");
  for (let index = 0; index < depth; index++) names.add(`layer.${index}`);
  if (isNormed(taps)) names.add("final_norm");
  const heads = segments.filter(({ name }) => name.startsWith("head."));
  if (taps.head !== null) for (const { name } of heads) names.add(name);
  return names;
}
