/** Weights on a device: uploaded when they are first used, and given back once nobody holds them any more. */

import type { Tensor } from "onnxruntime-common";
import { bytesOf } from "../../../bytes.ts";
import type { BackendTensor } from "../backend.ts";
import type { OrtFrontEnd } from "../ort-front-end.ts";
import { elementCount } from "../wasm/heap-value.ts";

/** Copies of constants on one device. */
export interface DeviceConstants {
  /** The constant as an input of a session: on the device if onnxruntime can take it from there. */
  of(tensor: BackendTensor): Tensor;
}

/** Buffers are copied in whole words. */
const WORD_BYTES = 4;

/** Element types that onnxruntime takes from a buffer; tensors of other types are small and computed on the processor. */
const DEVICE_TYPES = { float32: "float32", float16: "float16", uint8: "uint8" } as const;

/** Prepares an empty set of copies. */
export function deviceConstants(
  { Tensor: OrtTensor }: OrtFrontEnd,
  device: GPUDevice,
): DeviceConstants {
  const held = new WeakMap<BackendTensor, Tensor>();
  const unheld = new FinalizationRegistry<GPUBuffer>((buffer) => buffer.destroy());

  const upload = (tensor: BackendTensor): Tensor => {
    const { type, shape, data } = tensor;
    if (!(type in DEVICE_TYPES) || elementCount(shape) === 0)
      return new OrtTensor(type, data, shape);
    const size = Math.ceil(data.byteLength / WORD_BYTES) * WORD_BYTES;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ size, usage, mappedAtCreation: true });
    new Uint8Array(buffer.getMappedRange()).set(bytesOf(data));
    buffer.unmap();
    unheld.register(tensor, buffer);
    const dataType = DEVICE_TYPES[type as keyof typeof DEVICE_TYPES];
    return OrtTensor.fromGpuBuffer(buffer, { dataType, dims: [...shape] });
  };

  return {
    of(tensor) {
      const known = held.get(tensor);
      if (known !== undefined) return known;
      const made = upload(tensor);
      held.set(tensor, made);
      return made;
    },
  };
}
