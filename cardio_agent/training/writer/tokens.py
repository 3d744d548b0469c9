"""The writer's tokenizer: byte-level BPE of its own small language, slots and numbers in brackets whole.

Enters: training pairs. Leaves: a Hugging Face tokenizer.
"""

from collections.abc import Sequence
from typing import Any

from cardio_agent.training.writer.pairs import Pair
from cardio_agent.writing.sheets import MOST_ITEMS, SLOT_LETTERS, STYLES

VOCABULARY = 1536
END = "<|end|>"
PAD = "<|pad|>"


def train_tokenizer(pairs: Sequence[Pair]) -> Any:
    """A ``PreTrainedTokenizerFast``; ``END`` closes an answer."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    numbers = range(1, max(MOST_ITEMS.values()) + 1)
    marks = [f"{{{n}{letter}}}" for n in numbers for letter in SLOT_LETTERS]
    marks += [f"[{n}]" for n in numbers] + [f"~{style}" for style in STYLES]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(marks),
        special_tokens=[END, PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = sorted({text for pair in pairs for text in pair})
    tokenizer.train_from_iterator(texts, trainer)
    # Not special: what is special is left out when an answer is decoded.
    tokenizer.add_tokens([AddedToken(mark, normalized=False) for mark in marks])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, pad_token=PAD)
