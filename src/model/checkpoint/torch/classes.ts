/** The allow-list: the few classes that torch.save needs for tensors and trainers write beside them, each as a maker of plain data. */
import { invalidPickle } from "../pickle/refusals.ts";
import { dict, setItems } from "../pickle/stack.ts";
import {
  type ElementType,
  isKind,
  type PickleClass,
  type PickleValue,
  type StoredTensor,
} from "../pickle/values.ts";
import { tensorView } from "./tensor-view.ts";

/** Classes of storages, and what safetensors calls their elements. */
const STORAGES: Readonly<Record<string, ElementType>> = {
  FloatStorage: { dtype: "F32", bytes: 4 },
  HalfStorage: { dtype: "F16", bytes: 2 },
  BFloat16Storage: { dtype: "BF16", bytes: 2 },
  DoubleStorage: { dtype: "F64", bytes: 8 },
  LongStorage: { dtype: "I64", bytes: 8 },
  IntStorage: { dtype: "I32", bytes: 4 },
  ShortStorage: { dtype: "I16", bytes: 2 },
  CharStorage: { dtype: "I8", bytes: 1 },
  ByteStorage: { dtype: "U8", bytes: 1 },
  BoolStorage: { dtype: "BOOL", bytes: 1 },
};

/** Classes by the names that pickles call them. */
export const TORCH_CLASSES: ReadonlyMap<string, PickleClass> = new Map(
  [
    ...Object.entries(STORAGES).map(([name, element]) => storageClass(`torch.${name}`, element)),
    classOf("collections.OrderedDict", orderedDict),
    classOf("torch._utils._rebuild_tensor", rebuildTensor),
    classOf("torch._utils._rebuild_tensor_v2", rebuildTensor),
    classOf("torch._utils._rebuild_parameter", rebuildParameter),
    classOf("collections.Counter", ([counts]) => (isKind(counts, "dict") ? counts : dict())),
    { ...classOf("argparse.Namespace", () => dict()), isRecord: true },
  ].map((made) => [made.name, made]),
);

function classOf(name: string, call: PickleClass["call"]): PickleClass {
  return { kind: "class", name, call };
}

/** A storage's class is only ever named, inside the persistent id of a storage. */
function storageClass(name: string, element: ElementType): PickleClass {
  const call = () => {
    throw invalidPickle(`calls ${name} to make a storage; storages are parts of the file`);
  };
  return { kind: "class", name, element, call };
}

/** Python 3 fills it after it is made; Python 2 gave the items as one list of pairs. */
function orderedDict([items]: readonly PickleValue[]): PickleValue {
  const made = dict();
  if (items === undefined) return made;
  if (!isKind(items, "list"))
    throw invalidPickle("builds an OrderedDict from something that is not a list");
  for (const pair of items.items) {
    if (!isKind(pair, "list") && !isKind(pair, "tuple")) {
      throw invalidPickle("builds an OrderedDict from items that are not pairs");
    }
    setItems(made, pair.items);
  }
  return made;
}

/** Arguments: storage, offset, size, stride; what follows is about gradients, and metadata that views would need. */
function rebuildTensor(args: readonly PickleValue[]): StoredTensor {
  const [storage, offset, shape, strides, , , metadata] = args;
  if (!isKind(storage, "storage"))
    throw invalidPickle("builds a tensor from something that is not a storage");
  if (isKind(metadata, "dict") && metadata.entries.size > 0) {
    throw invalidPickle("has a tensor that is a conjugate or negative view");
  }
  return tensorView(storage, offset, integers(shape), integers(strides));
}

/** A Parameter is a tensor that is trained. */
function rebuildParameter([tensor]: readonly PickleValue[]): StoredTensor {
  if (!isKind(tensor, "tensor"))
    throw invalidPickle("builds a Parameter from something that is not a tensor");
  return tensor;
}

function integers(value: PickleValue | undefined): readonly PickleValue[] {
  if (isKind(value, "tuple") || isKind(value, "list")) return value.items;
  throw invalidPickle("has a tensor whose size or stride is not a tuple");
}
