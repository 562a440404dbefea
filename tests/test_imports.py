import json
import subprocess
import sys
from pathlib import Path

import pytest

import evqa
from evqa.settings import Settings

HEAVY = {
    *("numpy", "pydantic", "pydantic_settings", "torch", "transformers", "sentence_transformers"),
    *("gradio", "faiss", "onnxruntime", "tantivy", "tokenizers", "tiktoken", "sentencex", "yaml"),
    *("rich", "typer", "sqlite3", "filelock", "semantic_text_splitter"),
    *("trafilatura", "pypdfium2", "docx", "lxml", "httpx", "httpcore", "protego"),
}


def loaded_after(code: str, folder: Path) -> set[str]:
    """The packages that a new interpreter has loaded after running some code."""
    listing = "import sys, json; print('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{listing}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_importing_evqa_loads_nothing_else(tmp_path: Path) -> None:
    loaded = loaded_after("import evqa; dir(evqa)", tmp_path)
    assert "evqa" in loaded
    assert loaded & HEAVY == set()


def test_the_records_need_no_package(tmp_path: Path) -> None:
    loaded = loaded_after("from evqa import Answer, Article, Quote, EvqaError", tmp_path)
    assert loaded & HEAVY == set()


def test_the_help_loads_no_model(tmp_path: Path) -> None:
    code = (
        "import sys\nsys.argv = ['evqa', 'ask', '--help']\n"
        "from evqa.cli import main\ntry: main()\nexcept SystemExit: pass"
    )
    heavy = {"torch", "sentence_transformers", "gradio", "faiss", "onnxruntime", "tantivy"}
    loaded = loaded_after(code, tmp_path)
    assert "typer" in loaded
    assert loaded & heavy == set()


def test_an_answer_needs_neither_torch_nor_gradio(flagship: Settings, tmp_path: Path) -> None:
    code = (
        "from evqa import Assistant, Settings\n"
        f"settings = Settings(index={str(flagship.index)!r})\n"
        "with Assistant.open(settings) as assistant:\n"
        "    assert assistant.ask('Why was a YU7 on I-5?').answered"
    )
    loaded = loaded_after(code, tmp_path)
    assert {"faiss", "onnxruntime", "tantivy"} <= loaded
    assert loaded & {"torch", "transformers", "sentence_transformers", "gradio"} == set()
    assert loaded & {"trafilatura", "pypdfium2", "docx", "lxml", "httpx", "protego"} == set()


def test_every_public_name_is_there() -> None:
    assert evqa.__all__ == sorted(evqa.__all__)
    assert dir(evqa) == evqa.__all__
    assert [name for name in evqa.__all__ if getattr(evqa, name).__name__ != name] == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'evqa' has no attribute 'no_such_name'"):
        evqa.no_such_name  # noqa: B018
