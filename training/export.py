"""Write a trained sentence reader as an int8 ONNX model with its tokenizer."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import torch
from dequantise import dequantise
from onnxruntime.quantization import QuantType, quantize_dynamic
from reader import SentenceReader


def main() -> None:
    """Export and quantise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, help="folder with reranker_en")
    parser.add_argument("weights", type=Path, help="a checkpoint of train.py")
    parser.add_argument("out", type=Path, help="folder to write reader.onnx and tokenizer.json to")
    arguments = parser.parse_args()
    reranker = arguments.models / "reranker_en"
    model = SentenceReader(dequantise(reranker / "model.onnx"))
    model.load_state_dict(torch.load(arguments.weights, weights_only=True))
    model.eval()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = torch.ones(2, 16, dtype=torch.long)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / "reader.onnx"
        torch.onnx.export(
            model,
            (example, example, torch.zeros_like(example)),
            str(exact),
            input_names=names,
            output_names=["tokens", "relevance"],
            dynamic_axes={
                **{name: {0: "batch", 1: "length"} for name in (*names, "tokens")},
                "relevance": {0: "batch"},
            },
            dynamo=False,
        )
        quantize_dynamic(
            exact,
            arguments.out / "reader.onnx",
            weight_type=QuantType.QInt8,
            per_channel=True,  # one scale for a whole matrix shifts logits by 3 on average
        )
    shutil.copy(reranker / "tokenizer.json", arguments.out / "tokenizer.json")


if __name__ == "__main__":
    main()
