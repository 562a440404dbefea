import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from samples import CORPUS, ROOT

from evqa.settings import Settings

README = (ROOT / "README.md").read_text("utf-8")
PYTHON_BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.M | re.S)
COMMANDS = sorted(set(re.findall(r"(?:^|`|/)evqa ([a-z]+)", README, re.M)))


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the corpus and an index of it, as after the README's first command."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(CORPUS, folder / "corpus")
    shutil.copytree(ROOT / "benchmarks", folder / "benchmarks")
    evqa("index", folder=folder)
    return folder


def evqa(*arguments: str, folder: Path) -> str:
    command = [sys.executable, "-m", "evqa", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_the_readme_shows_python() -> None:
    assert len(PYTHON_BLOCKS) == README.count("```python") >= 1


@pytest.mark.parametrize("number", range(len(PYTHON_BLOCKS)))
def test_the_readmes_python_runs(clone: Path, number: int) -> None:
    command = [sys.executable, "-W", "error", "-c", PYTHON_BLOCKS[number]]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


def test_the_readme_names_every_command_and_no_other(tmp_path: Path) -> None:
    listed = re.findall(r"^  ([a-z]+) {2,}\S", evqa("--help", folder=tmp_path), re.M)
    assert sorted(listed) == COMMANDS
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize(
    "line", [line for line in re.findall(r"^evqa (?!add|chat|watch).*$", README, re.M) if line]
)
def test_the_readmes_commands_run(clone: Path, line: str) -> None:
    command = f"{sys.executable} -m {line}"
    done = subprocess.run(
        ["sh", "-c", command], cwd=clone, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


def test_the_readme_names_every_option_that_it_shows(tmp_path: Path) -> None:
    shown = set(re.findall(r"`?(--[a-z]+)", README)) & {
        "--corpus",
        "--index",
        "--json",
        "--rebuild",
    }
    assert shown == {"--corpus", "--index", "--json", "--rebuild"}
    assert all(option in evqa("index", "--help", folder=tmp_path) for option in shown)


def test_the_readme_names_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(EVQA_\w+)` \| `([^`]+)` \|", README, re.M))
    fields = Settings.model_fields.items()
    assert rows == {f"EVQA_{name.upper()}": str(field.default) for name, field in fields}


def test_the_readmes_links_within_the_repository_lead_somewhere() -> None:
    targets = [
        target
        for target in re.findall(r"\]\(([^)#]+)\)", README)
        if not target.startswith(("http:", "https:"))
    ]
    assert targets
    assert [target for target in targets if not (ROOT / os.fspath(target)).exists()] == []


def test_the_front_matter_that_the_readme_shows_is_read(tmp_path: Path) -> None:
    from evqa.corpus import parse_article

    (block,) = re.findall(r"^```yaml\n(.*?)^```$", README, re.M | re.S)
    article = parse_article("a.md", f"{block}It rains.".encode())
    assert article.title == "A headline"
    assert article.text == "It rains."
    assert str(article.published) == "2026-02-11"
