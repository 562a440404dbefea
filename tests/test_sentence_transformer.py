from pathlib import Path

import pytest
import torch

from evqa.errors import ModelUnavailable
from evqa.sentence_transformer import load, weights_sha256

HINT = (
    "Name a sentence-transformers model that is on this machine or can be downloaded,"
    " or the folder of one."
)


@pytest.mark.parametrize("kind", ["SentenceTransformer", "CrossEncoder"])
@pytest.mark.parametrize("name", ["nobody/no-such-model", "./no/such/folder", "no such name"])
def test_a_model_that_cannot_be_had_is_told_in_one_line(kind: str, name: str) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        load(kind, name)
    assert caught.value.message.startswith(f"The model {name} cannot be loaded: ")
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.hint == HINT


@pytest.mark.parametrize("kind", ["SentenceTransformer", "CrossEncoder"])
@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_a_folder_that_holds_no_model_is_told(
    tmp_path: Path, kind: str, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
        (tmp_path / "modules.json").write_text(content)
    with pytest.raises(ModelUnavailable) as caught:
        load(kind, str(tmp_path))
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.hint == HINT


def test_the_hash_is_of_all_weights_and_their_names() -> None:
    def of(**tensors: torch.Tensor) -> str:
        module = torch.nn.ParameterDict(tensors)
        return weights_sha256(module)

    ones, twos = torch.ones(2, 3), torch.full((2, 3), 2.0)
    assert of(a=ones, b=twos) == of(b=twos, a=ones)
    assert len({of(a=ones), of(b=ones), of(a=twos), of(a=ones, b=twos), of(a=twos, b=ones)}) == 5
