"""Exports WavLM Base-Plus by transformers and torch, and quantizes it by onnxruntime: the bench's baseline, if it is there.

    pip install torch transformers onnx onnxruntime
    python bench/baseline/export.py packs/bench

The weights are random: they do not change how long a clip takes.
"""
import sys
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import WavLMConfig, WavLMModel

CLIP_SAMPLES = 80_000
OPSET = 17


class LastHiddenState(torch.nn.Module):
    """The model with one output."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, samples):
        return self.model(samples).last_hidden_state


def export(path):
    """Writes the model in float32, for one clip of any length."""
    torch.manual_seed(0)
    config = WavLMConfig(attn_implementation="eager")
    clip = torch.randn(1, CLIP_SAMPLES) * 0.1
    torch.onnx.export(
        LastHiddenState(WavLMModel(config).eval()),
        (clip,),
        str(path),
        input_names=["input_values"],
        output_names=["last_hidden_state"],
        dynamic_axes={"input_values": {1: "n"}, "last_hidden_state": {1: "frames"}},
        opset_version=OPSET,
        dynamo=False,
    )


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    paths = {
        name: folder / f"synthetic-base-plus-export-{name}.onnx"
        for name in ("none", "matmul", "matmul-int8", "all")
    }
    export(paths["none"])
    linear = ["MatMul", "Gemm"]
    float32 = str(paths["none"])
    quantize_dynamic(float32, str(paths["matmul"]), op_types_to_quantize=linear, weight_type=QuantType.QUInt8)
    quantize_dynamic(float32, str(paths["matmul-int8"]), op_types_to_quantize=linear, weight_type=QuantType.QInt8)
    quantize_dynamic(float32, str(paths["all"]), weight_type=QuantType.QUInt8)


if __name__ == "__main__":
    main()
