/** The collector, run at will, to tell what is held from what is not collected yet. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects in three turns of the event loop: what a WASM memory held is given back in a turn of its own. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
  }
}
