"""Prompt templates: data files with declared variables, checked when they are loaded.

Enters: ``prompts/*.toml``. Leaves: LangChain chat templates and one hash for the provenance.
Does not fill templates in and does not decide what goes into them.

A template file holds ``name`` (that of the file), ``version``, ``purpose``, ``variables``, and the
texts ``system`` and ``human``. Variables stand in braces and are plain names; those declared and
those used must be the same, so a typing error fails at load instead of reaching a model.
"""

import hashlib
import tomllib
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from cardio_agent.errors import PromptError
from cardio_agent.resources import resource_dir
from cardio_agent.schema import Record

if TYPE_CHECKING:
    from langchain_core.prompts import ChatPromptTemplate


class Prompt(Record):
    """One checked template."""

    name: str = Field(min_length=1)
    version: int = Field(ge=1)
    purpose: str = Field(min_length=1)
    variables: tuple[str, ...]
    system: str = Field(min_length=1)
    human: str = Field(min_length=1)

    def template(self) -> "ChatPromptTemplate":
        """The LangChain template; values are inserted as they are and never read as templates."""
        from langchain_core.prompts import ChatPromptTemplate

        return ChatPromptTemplate([("system", self.system.strip()), ("human", self.human.strip())])


def load_prompt(name: str, folder: Path | None = None) -> Prompt:
    """Load one template and check it.

    Parameters
    ----------
    name : str
        File name without ``.toml``.
    folder : Path, optional
        Where templates lie; those that travel with the program when left out.

    Raises
    ------
    PromptError
        When the file is missing, is not TOML, lacks a field or has an unknown one, is named
        otherwise than its file, or when its variables are not exactly those it declares.
    """
    path = (folder or resource_dir("prompts")) / f"{name}.toml"
    prompt = _parse(path)
    if prompt.name != name:
        raise PromptError(f"prompt {path.name}: its name is '{prompt.name}': name it as the file")
    used = _variables(path, prompt.system) | _variables(path, prompt.human)
    _compare(path, used, set(prompt.variables))
    return prompt


def prompts_sha256(folder: Path | None = None) -> str:
    """SHA-256, hexadecimal, over the names and contents of all templates in name order."""
    digest = hashlib.sha256()
    for path in sorted((folder or resource_dir("prompts")).glob("*.toml")):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _parse(path: Path) -> Prompt:
    try:
        fields: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return Prompt.model_validate(fields)
    except FileNotFoundError as exc:
        raise PromptError(f"prompt {path.name} is not in {path.parent}: install cardio-agent again") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PromptError(f"prompt {path.name}: field '{where}': {first['msg']}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise PromptError(f"prompt {path.name} is not valid TOML in UTF-8: {exc}") from exc


def _variables(path: Path, text: str) -> set[str]:
    """Names in braces; anything but a plain name (an attribute, an index, a format) is refused."""
    try:
        fields = [
            (name, spec, conversion)
            for _, name, spec, conversion in Formatter().parse(text)
            if name is not None
        ]
    except ValueError as exc:
        raise PromptError(f"prompt {path.name}: unbalanced braces: {exc}; double literal ones") from exc
    for name, spec, conversion in fields:
        if not name.isidentifier() or spec or conversion:
            raise PromptError(f"prompt {path.name}: '{{{name}}}' is not a plain variable name")
    return {name for name, _, _ in fields}


def _compare(path: Path, used: set[str], declared: set[str]) -> None:
    if undeclared := sorted(used - declared):
        raise PromptError(f"prompt {path.name} uses {', '.join(undeclared)}: declare it under 'variables'")
    if missing := sorted(declared - used):
        raise PromptError(f"prompt {path.name} declares {', '.join(missing)} but does not use it: remove it")
