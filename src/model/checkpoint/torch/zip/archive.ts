/** The format of torch.save since 1.6: a zip of a pickle and one member per storage. */
import { UndertoneError } from "../../../../errors.ts";
import type { RangedFile } from "../../files/ranges.ts";
import { unsafePickle } from "../../pickle/refusals.ts";
import { MAX_PICKLE_BYTES, unpickle } from "../../pickle/unpickle.ts";
import { locateIn, type TorchArchive } from "../archive.ts";
import { TORCH_CLASSES } from "../classes.ts";
import { invalidFile } from "../file-parts.ts";
import { parseStorageId } from "../storage-id.ts";
import { memberStart, readZipDirectory } from "./directory.ts";

const PICKLE_MEMBER = /^([^/]+\/)?data\.pkl$/;

/**
 * Opens a zip file of torch.save.
 * @throws UndertoneError `checkpoint-invalid` or `checkpoint-unsafe` for what is none.
 */
export async function openZipArchive(file: RangedFile): Promise<TorchArchive> {
  const members = await readZipDirectory(file);
  const readMember = async (name: string): Promise<Uint8Array> => {
    const member = members.get(name);
    if (member === undefined) return new Uint8Array();
    if (member.bytes > MAX_PICKLE_BYTES) throw unsafePickle(`has ${member.bytes} bytes`);
    return file.read(await memberStart(file, member), member.bytes);
  };
  const [pickleName, ...others] = [...members.keys()].filter((name) => PICKLE_MEMBER.test(name));
  if (pickleName === undefined || others.length > 0) {
    throw invalidFile(file, "is a zip file, but not one of torch.save");
  }
  const folder = pickleName.slice(0, -"data.pkl".length);
  const byteOrder = new TextDecoder().decode(await readMember(`${folder}byteorder`));
  if (byteOrder !== "" && byteOrder !== "little") {
    throw new UndertoneError(
      "checkpoint-unsupported",
      `${file.name} was saved on a big-endian machine; load it with torch on another and save it again.`,
    );
  }
  const { value } = unpickle(await readMember(pickleName), 0, {
    classes: TORCH_CLASSES,
    loadPersistent: parseStorageId,
  });
  return {
    root: value,
    locate: (storage) => {
      const member = members.get(`${folder}data/${storage.key}`);
      const part = member && { bytes: member.bytes, start: () => memberStart(file, member) };
      return locateIn(part, storage, file);
    },
  };
}
