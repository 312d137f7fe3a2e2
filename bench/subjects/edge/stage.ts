/** A stage, over a store as at the edge. */
import "./store.ts";

export { default, Stage } from "../../../functions/stage.ts";
