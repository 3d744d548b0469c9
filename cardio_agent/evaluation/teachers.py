"""Two public PTB-XL networks, used only while training, as teachers.

Enters: (batch, 12, 1000) ECGs in mV at 100 Hz, unfiltered. Leaves: the teachers' mean
probabilities of the five superclasses. Their weights are read from a folder of the user's and are
never part of this program.

Source: Jagrit7/ecg-ptbxl-multilabel-cnn and Kaleemullah-Younas/TrustECG, both MIT licence.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from cardio_agent.classifier.statements import SUPERCLASSES
from cardio_agent.errors import TrainingError

# Share of the first teacher in the mean; the best of a coarse grid on fold 9, given with the weights.
CNN7_SHARE = 0.6
_CNN7_ORDER = ("CD", "HYP", "MI", "NORM", "STTC")
_LEAD_ORDER = ("NORM", "MI", "STTC", "CD", "HYP")
_CNN7_LAYERS = (
    (12, 32, 15),
    (32, 64, 11),
    (64, 128, 9),
    (128, 128, 7),
    (128, 256, 7),
    (256, 256, 5),
    (256, 256, 3),
)


class Cnn7(nn.Module):
    """Seven convolution blocks over all leads; logits in the order CD HYP MI NORM STTC."""

    def __init__(self) -> None:
        super().__init__()
        for k, (n_in, n_out, kernel) in enumerate(_CNN7_LAYERS, start=1):
            pool = nn.MaxPool1d(2) if k < 7 else nn.AdaptiveAvgPool1d(1)
            conv = nn.Conv1d(n_in, n_out, kernel, padding=kernel // 2)
            setattr(self, f"block{k}", nn.Sequential(conv, nn.BatchNorm1d(n_out), nn.ReLU(), pool))
        self.head = nn.Sequential(
            nn.Flatten(), nn.Dropout(), nn.Linear(256, 128), nn.ReLU(), nn.Dropout(), nn.Linear(128, 5)
        )

    def forward(self, x: Tensor) -> Tensor:
        for k in range(1, 8):
            x = getattr(self, f"block{k}")(x)
        logits: Tensor = self.head(x)
        return logits


class _LeadBlock(nn.Module):
    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(n_in, n_out, 7, 2, 3)
        self.bn1 = nn.BatchNorm1d(n_out)
        self.conv2 = nn.Conv1d(n_out, n_out, 7, 1, 3)
        self.bn2 = nn.BatchNorm1d(n_out)
        self.skip = nn.Sequential(nn.Conv1d(n_in, n_out, 1, 2), nn.BatchNorm1d(n_out))

    def forward(self, x: Tensor) -> Tensor:
        out = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(out)) + self.skip(x))


class _AdditiveAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.Sequential(nn.Linear(128, 64), nn.Tanh(), nn.Linear(64, 1))

    def forward(self, h: Tensor) -> Tensor:
        return (torch.softmax(self.attention(h), dim=-2) * h).sum(-2)


class LeadAttention(nn.Module):
    """Each lead alone, attention over time, then over leads; logits in the order NORM MI STTC CD HYP."""

    def __init__(self) -> None:
        super().__init__()
        self.lead_encoder = nn.Sequential(_LeadBlock(1, 32), _LeadBlock(32, 64), _LeadBlock(64, 128))
        self.temporal_attention = _AdditiveAttention()
        self.lead_attention = _AdditiveAttention()
        self.classifier = nn.Sequential(
            nn.Linear(128, 128),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(128, 64),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(64, 5),
        )

    def forward(self, x: Tensor) -> Tensor:
        batch, n_leads, n = x.shape
        h = self.lead_encoder(x.reshape(batch * n_leads, 1, n)).transpose(1, 2)
        per_lead = self.temporal_attention(h).reshape(batch, n_leads, -1)
        logits: Tensor = self.classifier(self.lead_attention(per_lead))
        return logits


def _load(network: nn.Module, path: Path) -> nn.Module:
    from safetensors.torch import load_file

    if not path.is_file():
        raise TrainingError(
            f"teacher weights not found: {path}; give the folder with --teachers or train without it"
        )
    network.load_state_dict(load_file(path))
    return network.eval().requires_grad_(False)


class Teachers(nn.Module):
    """Both teachers; :meth:`forward` gives their probabilities in the order of SUPERCLASSES."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.cnn7 = _load(Cnn7(), folder / "cnn7.safetensors")
        self.lead_attention = _load(LeadAttention(), folder / "leadattention.safetensors")
        self._cnn7_rows = [_CNN7_ORDER.index(code) for code in SUPERCLASSES]
        self._lead_rows = [_LEAD_ORDER.index(code) for code in SUPERCLASSES]

    def each(self, raw_mv: Tensor, filtered_mv: Tensor) -> tuple[Tensor, Tensor]:
        """Probabilities (batch, 5) of either teacher; ``filtered_mv`` is band-passed 0.5–40 Hz."""
        mean = filtered_mv.mean(dim=(1, 2), keepdim=True)
        sd = filtered_mv.std(dim=(1, 2), keepdim=True, correction=0)
        first = torch.sigmoid(self.cnn7(raw_mv).float())[:, self._cnn7_rows]
        second = torch.sigmoid(self.lead_attention((filtered_mv - mean) / (sd + 1e-8)).float())[
            :, self._lead_rows
        ]
        return first, second

    def forward(self, raw_mv: Tensor, filtered_mv: Tensor) -> Tensor:
        first, second = self.each(raw_mv, filtered_mv)
        return CNN7_SHARE * first + (1 - CNN7_SHARE) * second
