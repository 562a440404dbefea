"""The bundled int8 cross-encoder as a PyTorch module with float weights that can be trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from transformers import BertConfig, BertModel


class CrossEncoder(nn.Module):
    """ms-marco-MiniLM-L-12-v2: BERT and a relevance head on its pooled first token."""

    def __init__(self) -> None:
        super().__init__()
        config = BertConfig(
            vocab_size=30522,
            hidden_size=384,
            num_hidden_layers=12,
            num_attention_heads=12,
            intermediate_size=1536,
            hidden_dropout_prob=0.0,  # on a CPU its random numbers take as long as the model
            attention_probs_dropout_prob=0.0,
        )
        self.bert = BertModel(config)
        self.classifier = nn.Linear(config.hidden_size, 1)


def dequantise(path: Path) -> CrossEncoder:
    """Read the float weights back from a model that onnxruntime quantised dynamically."""
    graph = onnx.load(str(path)).graph
    values = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    weights: dict[str, np.ndarray] = {
        name: value for name, value in values.items() if name.endswith((".weight", ".bias"))
    }
    for name in values:
        if not name.endswith("_quantized"):
            continue
        base = name.removesuffix("_quantized")
        weights[base] = (
            values[name].astype(np.float32) - np.float32(values[f"{base}_zero_point"])
        ) * values[f"{base}_scale"]
    for node in graph.node:
        # Exported linear layers lost their names; the path of their node keeps them.
        if node.op_type == "MatMulInteger" and node.input[1].startswith("onnx::"):
            module = node.name.strip("/").rsplit("/", 1)[0].replace("/", ".")
            matrix = weights.pop(node.input[1].removesuffix("_quantized"))
            weights[f"{module}.weight"] = matrix.T
    for name in ("bert.pooler.dense.weight", "classifier.weight"):
        weights[name] = weights[name].T
    model = CrossEncoder()
    tensors = {name: torch.from_numpy(value.copy()) for name, value in weights.items()}
    model.load_state_dict(tensors)
    return model
