"""The model behind a writer of sheets: many prompts answered together, line by line.

Enters: prompts. Leaves: the lines of each answer as they are written. What has been answered is kept: values
are slots on a sheet, so that the same sheets come back in many ECGs. Does not know what stands on a sheet.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer

from cardio_agent.errors import WriterUnavailable
from cardio_agent.writing.llama import Llama, Texts, load_llama
from cardio_agent.writing.sheet_writer import Line

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

MOST_KEPT = 4096
"""Answers; some hundred bytes each."""


class SheetModel:
    """Answers prompts with a small model; safe to share between threads.

    Parameters
    ----------
    tokenizer : Tokenizer
    network : Llama
    max_tokens : int
        Of an answer.
    temperature : float
        0 takes the likeliest token, and only then answers are kept.
    """

    def __init__(self, tokenizer: Tokenizer, network: Llama, max_tokens: int, temperature: float) -> None:
        self._tokenizer = tokenizer
        self._network = network
        self._max_tokens = max_tokens
        self._temperature = temperature
        self._line_ends = frozenset(
            token for token in range(tokenizer.get_vocab_size()) if "\n" in tokenizer.decode([token])
        )
        self._kept: dict[str, tuple[str, ...]] = {}

    def stream_lines(
        self, prompts: Sequence[list["BaseMessage"]], longest: float
    ) -> Generator[Line, None, None]:
        """Answer some prompts: each line as soon as it is written.

        Parameters
        ----------
        prompts : sequence of list of BaseMessage
        longest : float
            Times the tokens of its prompt: no answer gets longer.

        Raises
        ------
        WriterUnavailable
            A prompt is longer than the model can read, or memory does not hold them.
        """
        asked: dict[str, list[int]] = {}
        for number, messages in enumerate(prompts):
            text = "\n\n".join(message.text for message in messages) + "\n\n"
            asked.setdefault(text, []).append(number)
        kept = {text: lines for text in asked if (lines := self._kept.get(text)) is not None}
        for text, lines in kept.items():
            yield from ((number, line) for line in (*lines, None) for number in asked[text])
        new = [text for text in asked if text not in kept]
        written: list[list[str]] = [[] for _ in new]
        for row, line in self._write(new, longest):
            yield from ((number, line) for number in asked[new[row]])
            if line is not None:
                written[row].append(line)
            else:
                self._keep(new[row], tuple(written[row]))

    def _keep(self, text: str, lines: tuple[str, ...]) -> None:
        if self._temperature == 0:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[text] = lines

    def _write(self, prompts: list[str], longest: float) -> Iterator[Line]:
        """Lines by the model; a text that has ended takes no more part, so that the others come sooner."""
        if not prompts:
            return
        encoded = [self._tokenizer.encode(prompt).ids for prompt in prompts]
        limits = [min(int(longest * len(tokens)), self._max_tokens) for tokens in encoded]
        rows = [_Row(number, limit) for number, limit in enumerate(limits)]
        texts, chosen = self._read(encoded, max(limits))
        while rows:
            for row, token in zip(rows, chosen.tolist(), strict=True):
                yield from self._lines(row, token)
            going = [k for k, row in enumerate(rows) if not row.has_ended]
            if len(going) < len(rows):
                rows, index = [rows[k] for k in going], torch.tensor(going, device=chosen.device).long()
                texts.keep(index)
                chosen = chosen[index]
            if rows:
                with _mapped(), torch.inference_mode():
                    chosen = self._choose(self._network.scores(texts, chosen[:, None]))

    def _read(self, prompts: list[list[int]], limit: int) -> tuple[Texts, torch.Tensor]:
        """The texts with their prompts, and the first token of each answer."""
        n_prompt, window = max(map(len, prompts)), self._network.shape.window
        if n_prompt + limit > window:
            raise WriterUnavailable(
                f"the prompt takes {n_prompt} tokens, its answer up to {limit}, and the model reads {window}"
            )
        with _mapped(), torch.inference_mode():
            texts, scores = self._network.read(prompts, n_prompt + limit)
            return texts, self._choose(scores)

    def _choose(self, scores: torch.Tensor) -> torch.Tensor:
        """The next token of each text, (rows,)."""
        if self._temperature == 0:
            return scores.argmax(dim=-1)
        return torch.multinomial(torch.softmax(scores / self._temperature, dim=-1), 1)[:, 0]

    def _lines(self, row: "_Row", token: int) -> Iterator[Line]:
        """What a token completes: nothing, a line, or the answer."""
        row.n_left -= 1
        is_end = token == self._network.shape.end
        if not is_end:
            row.tokens.append(token)
        row.has_ended = is_end or row.n_left == 0
        if row.has_ended or token in self._line_ends:
            if line := self._tokenizer.decode(row.tokens).strip():
                yield row.number, line
            row.tokens.clear()
        if row.has_ended:
            yield row.number, None


@contextmanager
def _mapped() -> Iterator[None]:
    """Memory errors of torch, which are RuntimeErrors, as ours."""
    try:
        yield
    except (RuntimeError, MemoryError) as exc:
        reason = " ".join(str(exc).split())[:160]
        raise WriterUnavailable(f"the local model stopped ({type(exc).__name__}: {reason})") from exc


class _Row:
    """One answer in the making: the tokens of its present line, and how many more it may take."""

    def __init__(self, number: int, limit: int) -> None:
        self.number = number
        self.n_left = limit
        self.tokens: list[int] = []
        self.has_ended = False


@lru_cache(maxsize=2)
def load_sheet_model(folder: Path, device: str, max_tokens: int, temperature: float) -> SheetModel:
    """The model of a folder; kept with what it has answered.

    Raises
    ------
    WriterUnavailable
        When files are missing or damaged, or of another architecture.
    """
    tokenizer, network = load_llama(folder, device)
    return SheetModel(tokenizer, network, max_tokens, temperature)
