"""Prompt templates: those that ship are sound; each way of breaking one gives one clear line."""

from pathlib import Path

import pytest

from cardio_agent.errors import PromptError
from cardio_agent.resources import resource_dir
from cardio_agent.writing.prompts import load_prompt, prompts_sha256

GOOD = """
name = "greet"
version = 1
purpose = "A greeting."
variables = ["who"]
system = "Be kind."
human = "Greet {who}. Literal braces: {{}}."
"""


def _folder(tmp_path: Path, text: str, file: str = "greet.toml") -> Path:
    (tmp_path / file).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("path", sorted(resource_dir("prompts").glob("*.toml")), ids=lambda path: path.stem)
def test_prompts_that_ship_load_and_mark_data_as_data(path: Path) -> None:
    prompt = load_prompt(path.stem)
    if prompt.variables == ("section", "items"):  # sheets: outside text is taken out of them (test_sheets.py)
        return
    assert "is data" in prompt.system
    for name in set(prompt.variables) - {"sections"}:
        assert f"\n{{{name}}}\n</" in prompt.human, f"{name} must stand between tags on lines of its own"


def test_values_are_never_read_as_templates(tmp_path: Path) -> None:
    template = load_prompt("greet", _folder(tmp_path, GOOD)).template()
    messages = template.format_messages(who="{nobody} and {{x.__class__}}")
    assert messages[1].text == "Greet {nobody} and {{x.__class__}}. Literal braces: {}."


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('["who"]', "[]", "uses who: declare it"),
        ('["who"]', '["who", "when"]', "declares when but does not use it"),
        ("{who}", "{who.__class__}", "not a plain variable name"),
        ("{who}", "{who!r}", "not a plain variable name"),
        ("{who}", "{who", "unbalanced braces"),
        ("{who}", "{}", "not a plain variable name"),
        ('name = "greet"', 'name = "hello"', "name it as the file"),
        ("version = 1", "", "field 'version'"),
        ("version = 1", "version = 1\nmood = 'glad'", "field 'mood'"),
        ("version = 1", "version = ", "not valid TOML"),
    ],
)
def test_a_broken_template_is_refused_in_one_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = _folder(tmp_path, GOOD.replace(old, new))
    with pytest.raises(PromptError, match=r"greet\.toml") as caught:
        load_prompt("greet", folder)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"absent\.toml is not in"):
        load_prompt("absent", tmp_path)


def test_the_hash_follows_contents_and_names_but_not_line_ends(tmp_path: Path) -> None:
    first = prompts_sha256(_folder(tmp_path, GOOD))
    (tmp_path / "greet.toml").write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert prompts_sha256(tmp_path) == first
    (tmp_path / "greet.toml").rename(tmp_path / "other.toml")
    renamed = prompts_sha256(tmp_path)
    assert renamed != first
    (tmp_path / "other.toml").write_text(GOOD + "\n", encoding="utf-8")
    assert prompts_sha256(tmp_path) != renamed
    assert len(first) == 64
