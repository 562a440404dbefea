"""The border to sentence-transformers, which serves every model that a user names.

It takes seconds and hundreds of megabytes to import, so that happens only when a model is loaded.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from typing import Any

from evqa.errors import BackendNotInstalled, ModelUnavailable


def load(kind: str, name: str) -> Any:
    """A sentence-transformers model of a kind (`SentenceTransformer`, `CrossEncoder`), on the CPU.

    Raises BackendNotInstalled without the package, ModelUnavailable where the model cannot be had.
    """
    if importlib.util.find_spec("sentence_transformers") is None:
        raise BackendNotInstalled(
            f"The model {name} needs the package sentence-transformers.",
            "Install it: pip install 'evqa[sentence-transformers]'",
        )
    models = importlib.import_module("sentence_transformers")
    logs = importlib.import_module("transformers.utils.logging")
    logs.disable_progress_bar()
    logs.set_verbosity_error()
    try:
        return getattr(models, kind)(name, device="cpu")
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelUnavailable(
            f"The model {name} cannot be loaded: {reason}",
            "Name a sentence-transformers model that is on this machine or can be downloaded,"
            " or the folder of one.",
        ) from error


def weights_sha256(model: Any) -> str:
    """The sha256 over a model's weights, by name, as they were loaded."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
