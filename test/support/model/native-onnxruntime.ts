/** onnxruntime's native build for tests: the optional package onnxruntime-node, where it is installed. */
import type { Backend } from "../../../src/model/backend/backend.ts";
import type { FoundDevice } from "../../../src/model/backend/choice.ts";
import {
  installedPackage,
  nativeCandidates,
} from "../../../src/model/backend/node/native-candidates.ts";

/** Why tests with it cannot run here; `null` if they can. */
export const MISSING_NATIVE =
  installedPackage() === null
    ? "the package onnxruntime-node is not installed (npm run native)"
    : null;

/** The processor as the package's device. */
export function findNativeDevice(host: Backend): Promise<FoundDevice> {
  const [native] = nativeCandidates();
  return native.find(host);
}
