"""A small Llama in Hugging Face form, run in PyTorch alone: the network and its tokenizer.

Enters: a folder with ``config.json``, ``tokenizer.json`` and ``model.safetensors``. Leaves: the scores of the
next token for a batch of prompts. Does not choose tokens. For models that word sheets: loading one through
transformers takes seconds, and a step there is mostly overhead, so that the shortest report would wait
for both. Larger models run in :mod:`cardio_agent.writing.huggingface`.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from cardio_agent.errors import WriterUnavailable

_LOAD_ERRORS = (OSError, ValueError, KeyError, TypeError, RuntimeError, MemoryError, SafetensorError)


class Shape(NamedTuple):
    """Shape of the network, of ``config.json``; ``window`` is the longest text in tokens."""

    n_layers: int
    n_heads: int
    n_value_heads: int
    head: int
    epsilon: float
    theta: float
    window: int
    end: int

    @classmethod
    def of(cls, config: dict[str, Any]) -> "Shape":
        """That of a configuration."""
        if config["model_type"] != "llama" or config["hidden_act"] != "silu":
            raise ValueError(f"a network of the kind '{config['model_type']}' is not known here")
        n_heads = config["num_attention_heads"]
        return cls(
            n_layers=config["num_hidden_layers"],
            n_heads=n_heads,
            n_value_heads=config["num_key_value_heads"],
            head=config.get("head_dim") or config["hidden_size"] // n_heads,
            epsilon=config["rms_norm_eps"],
            theta=config["rope_parameters"]["rope_theta"],
            window=config["max_position_embeddings"],
            end=config["eos_token_id"],
        )


class _Layer(NamedTuple):
    """Weights of one layer; those that read the same input stand in one matrix."""

    before_attention: Tensor
    query_key_value: Tensor
    attended: Tensor
    before_gate: Tensor
    gate_up: Tensor
    down: Tensor


class Llama:
    """The network.

    Parameters
    ----------
    weights : dict of str to Tensor
        By their names in Hugging Face form.
    shape : Shape

    Source: Touvron et al. 2023 (Llama); Su et al. 2021 (rotary positions).
    """

    def __init__(self, weights: dict[str, Tensor], shape: Shape) -> None:
        self.shape = shape
        self._embedding = weights["model.embed_tokens.weight"]
        self._output = weights.get("lm_head.weight", self._embedding)
        self._norm = weights["model.norm.weight"]
        self._layers = [_layer(weights, f"model.layers.{k}.") for k in range(shape.n_layers)]
        step = torch.arange(0, shape.head, 2, device=self._norm.device) / shape.head
        self._frequency = shape.theta**-step

    def read(self, prompts: list[list[int]], room: int) -> tuple["Texts", Tensor]:
        """Texts that begin with these prompts, and the scores of what follows, (rows, vocabulary).

        Parameters
        ----------
        prompts : list of list of int
            Tokens; one prompt or more.
        room : int
            Tokens that each text may take, the longest prompt included.
        """
        device = self._norm.device
        texts = Texts.of([len(prompt) for prompt in prompts], room, self.shape, device)
        # One by one: together, the shorter ones would be computed as long as the longest.
        scores = [
            self.scores(texts.row(k), torch.tensor([prompt], device=device))
            for k, prompt in enumerate(prompts)
        ]
        return texts, torch.cat(scores)

    def scores(self, texts: "Texts", tokens: Tensor) -> Tensor:
        """Scores of the token that follows, (rows, vocabulary).

        Parameters
        ----------
        texts : Texts
            They are then longer by ``tokens``.
        tokens : (rows, n) tensor
        """
        past, now = texts.length, texts.length + tokens.shape[1]
        place = torch.arange(past, now, device=tokens.device)
        angle = (place - texts.padding[:, None])[..., None] * self._frequency
        turn = torch.cat((angle, angle), dim=-1)[:, None]
        sees = texts.mask(place, now)
        x = functional.embedding(tokens, self._embedding)
        for layer, (keys, values) in zip(self._layers, texts.memory, strict=True):
            heads = self._heads(layer, self._normed(x, layer.before_attention), turn.cos(), turn.sin())
            query, keys[:, :, past:now], values[:, :, past:now] = heads
            seen = functional.scaled_dot_product_attention(
                query, keys[:, :, :now], values[:, :, :now], sees, enable_gqa=True
            )
            x = x + functional.linear(seen.transpose(1, 2).flatten(2), layer.attended)
            gate, up = functional.linear(self._normed(x, layer.before_gate), layer.gate_up).chunk(2, dim=-1)
            x = x + functional.linear(functional.silu(gate) * up, layer.down)
        texts.length = now
        return functional.linear(self._normed(x[:, -1], self._norm), self._output)

    def _heads(self, layer: _Layer, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values, (rows, heads, n, head) each, the first two turned by their places."""
        n_heads, n_value_heads, head = self.shape.n_heads, self.shape.n_value_heads, self.shape.head
        joint = functional.linear(x, layer.query_key_value)
        joint = joint.reshape(*x.shape[:2], -1, head).transpose(1, 2)
        query, key, value = torch.split(joint, [n_heads, n_value_heads, n_value_heads], dim=1)
        return _turned(query, cos, sin), _turned(key, cos, sin), value

    def _normed(self, x: Tensor, weight: Tensor) -> Tensor:
        return functional.rms_norm(x, weight.shape, weight, self.shape.epsilon)


@dataclass
class Texts:
    """Texts in the making: keys and values of their tokens so far, layer by layer.

    All end at the same place, ``length``; a shorter prompt begins later, after ``padding`` (rows,) places.
    """

    memory: list[tuple[Tensor, Tensor]]
    padding: Tensor
    length: int

    @classmethod
    def of(cls, lengths: list[int], room: int, shape: Shape, device: torch.device) -> "Texts":
        """Room for texts whose prompts have these lengths."""
        size = (len(lengths), shape.n_value_heads, room, shape.head)
        memory = [
            (torch.zeros(size, device=device), torch.zeros(size, device=device))
            for _ in range(shape.n_layers)
        ]
        n = max(lengths)
        return cls(memory, torch.tensor([n - length for length in lengths], device=device), n)

    def row(self, k: int) -> "Texts":
        """One text alone, as it is before its prompt; shares memory with all."""
        memory = [(keys[k : k + 1], values[k : k + 1]) for keys, values in self.memory]
        return Texts(memory, self.padding[k : k + 1], int(self.padding[k]))

    def mask(self, place: Tensor, now: int) -> Tensor:
        """Which places each of the new tokens sees, (rows, 1, n, now): itself and its own text before it."""
        other = torch.arange(now, device=place.device)
        is_own = other >= self.padding[:, None, None]
        return ((other <= place[:, None]) & is_own)[:, None]

    def keep(self, rows: Tensor) -> None:
        """Go on with these texts alone."""
        self.memory = [(keys[rows], values[rows]) for keys, values in self.memory]
        self.padding = self.padding[rows]


def _layer(weights: dict[str, Tensor], name: str) -> _Layer:
    def joined(*parts: str) -> Tensor:
        return torch.cat([weights[f"{name}{part}.weight"] for part in parts])

    attention = "self_attn."
    return _Layer(
        before_attention=joined("input_layernorm"),
        query_key_value=joined(*(f"{attention}{part}_proj" for part in "qkv")),
        attended=joined(f"{attention}o_proj"),
        before_gate=joined("post_attention_layernorm"),
        gate_up=joined("mlp.gate_proj", "mlp.up_proj"),
        down=joined("mlp.down_proj"),
    )


def _turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions: both halves of each head as the coordinates of a plane."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


def _tokenizer(text: str) -> Tokenizer:
    try:
        return Tokenizer.from_str(text)
    except Exception as exc:  # that very class is what tokenizers raises
        raise ValueError(f"tokenizer.json: {exc}") from exc


@lru_cache(maxsize=1)
def load_llama(folder: Path, device: str) -> tuple[Tokenizer, Llama]:
    """Tokenizer and network of a folder; kept, so that a batch or a chat loads them once.

    Parameters
    ----------
    folder : Path
    device : {"auto", "cpu", "cuda"}

    Raises
    ------
    WriterUnavailable
        When files are missing or damaged, or of another architecture.
    """
    where = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    try:
        shape = Shape.of(json.loads((folder / "config.json").read_bytes()))
        tokenizer = _tokenizer((folder / "tokenizer.json").read_text(encoding="utf-8"))
        stored = load_file(folder / "model.safetensors", device=where)
        return tokenizer, Llama({name: tensor.float() for name, tensor in stored.items()}, shape)
    except _LOAD_ERRORS as exc:
        raise WriterUnavailable(
            f"no local language model could be loaded from '{folder}' ({' '.join(str(exc).split())[:160]}): "
            "give a folder with config.json, tokenizer.json and model.safetensors"
        ) from exc
