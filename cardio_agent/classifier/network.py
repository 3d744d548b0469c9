"""The classifier's network: attention over leads and time for each statement.

Enters: (batch, 12, n) band-passed ECGs in mV at 100 Hz and which leads are present. Leaves: one
logit a statement, and where its evidence lies. Does not filter, calibrate or decide.

Two views of the recording are fused. The *trunk* sees all leads at once, as a reader who takes in
the whole page. The *lead encoder* sees each lead by itself with shared weights. Every cell (lead,
time step) of the fused map has, for each statement, a weight (attention, softmax over all cells)
and a vote; the logit is the weighted sum of the votes, so the attention is part of the computation.
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

N_LEADS = 12


@dataclass(frozen=True)
class NetworkConfig:
    """Shape of the network; stored beside the weights."""

    n_statements: int = 59
    trunk_channels: tuple[int, ...] = (64, 96, 160, 192)
    trunk_blocks: tuple[int, ...] = (1, 1, 2, 2)
    lead_channels: tuple[int, ...] = (16, 32, 48)
    fused_channels: int = 112
    dropout: float = 0.3
    stride: int = 8
    """Samples of the input to one time step of the attention."""

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


class ResidualBlock(nn.Module):
    """Two convolutions over time with a shortcut; halves the length when ``stride`` is 2."""

    def __init__(self, n_in: int, n_out: int, kernel: int, stride: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(n_in, n_out, kernel, stride, kernel // 2, bias=False)
        self.norm1 = nn.BatchNorm1d(n_out)
        self.conv2 = nn.Conv1d(n_out, n_out, kernel, 1, kernel // 2, bias=False)
        self.norm2 = nn.BatchNorm1d(n_out)
        self.dropout = nn.Dropout(dropout)
        self.shortcut: nn.Module = nn.Identity()
        if n_in != n_out or stride != 1:
            pool: nn.Module = nn.AvgPool1d(2, ceil_mode=True) if stride == 2 else nn.Identity()
            self.shortcut = nn.Sequential(pool, nn.Conv1d(n_in, n_out, 1, bias=False), nn.BatchNorm1d(n_out))

    def forward(self, x: Tensor) -> Tensor:
        out = torch.relu(self.norm1(self.conv1(x)))
        out = self.norm2(self.conv2(self.dropout(out)))
        return torch.relu(out + self.shortcut(x))


def _stem(n_in: int, n_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv1d(n_in, n_out, 15, 2, 7, bias=False), nn.BatchNorm1d(n_out), nn.ReLU())


def _trunk(config: NetworkConfig) -> nn.Sequential:
    """All leads together, down to one step per ``stride`` samples, then wider views at that pace."""
    widths = config.trunk_channels
    layers: list[nn.Module] = [_stem(N_LEADS, widths[0])]
    n_in = widths[0]
    for stage, (width, n_blocks) in enumerate(zip(widths, config.trunk_blocks, strict=True)):
        for k in range(n_blocks):
            stride = 2 if k == 0 and stage in (1, 2) else 1
            layers.append(ResidualBlock(n_in, width, 7 if stage < 2 else 5, stride, 0.1 * (stage > 1)))
            n_in = width
    return nn.Sequential(*layers)


def _lead_encoder(config: NetworkConfig) -> nn.Sequential:
    """One lead alone, shared by all leads, at the trunk's pace."""
    a, b, c = config.lead_channels
    return nn.Sequential(_stem(1, a), ResidualBlock(a, b, 7, 2), ResidualBlock(b, c, 5, 2))


class EcgNetwork(nn.Module):
    """Logits and attention of all statements.

    Parameters of :meth:`forward`: ``x`` (batch, 12, n) mV at 100 Hz, absent leads 0;
    ``present`` (batch, 12) bool. Returns logits (batch, n_statements) and attention
    (batch, n_statements, 12, ceil(n / 8)) that sums to 1 over leads and steps and is 0 on absent leads.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.trunk = _trunk(config)
        self.lead_encoder = _lead_encoder(config)
        width = config.fused_channels
        self.from_lead = nn.Conv1d(config.lead_channels[-1], width, 1, bias=False)
        self.from_trunk = nn.Conv1d(config.trunk_channels[-1], width, 1, bias=False)
        self.lead_embedding = nn.Parameter(torch.zeros(N_LEADS, width, 1))
        self.norm = nn.BatchNorm1d(width)
        self.dropout = nn.Dropout1d(config.dropout)
        self.weigh_and_vote = nn.Conv1d(width, 2 * config.n_statements, 1, bias=False)
        self.bias = nn.Parameter(torch.zeros(config.n_statements))

    def fuse(self, x: Tensor) -> Tensor:
        """(batch * 12, width, steps) features of every lead and step, in the context of all leads."""
        batch, n_leads, n = x.shape
        context = self.from_trunk(self.trunk(x))
        alone = self.from_lead(self.lead_encoder(x.reshape(batch * n_leads, 1, n)))
        cells = alone.reshape(batch, n_leads, *alone.shape[1:]) + context[:, None] + self.lead_embedding
        return torch.relu(self.norm(cells.flatten(0, 1)))

    def forward(self, x: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        cells = self.dropout(self.fuse(x * present[..., None]))
        steps = cells.shape[-1]
        both = self.weigh_and_vote(cells).float()
        both = both.reshape(-1, N_LEADS, 2, self.config.n_statements, steps).permute(2, 0, 3, 1, 4).flatten(3)
        absent = ~present.bool().repeat_interleave(steps, dim=1)[:, None]
        attention = torch.softmax(both[0].masked_fill(absent, float("-inf")), dim=-1)
        logits = (attention * both[1]).sum(-1) + self.bias
        return logits, attention.reshape(*attention.shape[:2], N_LEADS, steps)
