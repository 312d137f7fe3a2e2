/** Names of clips in results. */
import { dirname, join, relative, resolve, sep } from "node:path";
import { clipStem, STANDARD_STREAM } from "./file.ts";

/** Names clips by their files, or with `keepFolders` by their paths below the folder that they have in common. */
export function clipNamer(clips: readonly string[], keepFolders = false): (clip: string) => string {
  if (!keepFolders) return clipStem;
  const folders = clips
    .filter((clip) => clip !== STANDARD_STREAM)
    .map((clip) => dirname(resolve(clip)));
  const common = folders.reduce(commonFolder, folders[0] ?? "");
  return (clip) =>
    clip === STANDARD_STREAM
      ? clipStem(clip)
      : join(relative(common, dirname(resolve(clip))), clipStem(clip));
}

function commonFolder(a: string, b: string): string {
  let common = a;
  while (relative(common, b).split(sep)[0] === "..") common = dirname(common);
  return common;
}
