/** Levels, by which Parquet tells where lists begin and what is null: runs of equal ones, as its RLE encoding has them. */

/** Collects the levels of a page. */
export interface Levels {
  add(level: number, count: number): void;
  /** The runs with their length in front, as pages of the first version have them; begins anew. */
  take(): Uint8Array;
}

/** Starts with none. Levels are below 128. */
export function collectLevels(): Levels {
  let bytes: number[] = [];
  let level = 0;
  let count = 0;
  const endRun = () => {
    if (count === 0) return;
    // The lowest bit, 0, says that it is a run.
    for (let header = count * 2; ; header = Math.floor(header / 128)) {
      if (header < 128) {
        bytes.push(header);
        break;
      }
      bytes.push((header % 128) + 128);
    }
    bytes.push(level);
    count = 0;
  };
  return {
    add(next, more) {
      if (next !== level) endRun();
      level = next;
      count += more;
    },
    take() {
      endRun();
      const taken = new Uint8Array(4 + bytes.length);
      new DataView(taken.buffer).setUint32(0, bytes.length, true);
      taken.set(bytes, 4);
      bytes = [];
      return taken;
    },
  };
}
