"""The batch stage: many ECG files into one table and their reports, going on where a run stopped."""

from cardio_agent.batch.examination import Examined, Examiner
from cardio_agent.batch.item import Item
from cardio_agent.batch.job import BatchOptions, run_batch
from cardio_agent.batch.record import BatchSummary

__all__ = ["BatchOptions", "BatchSummary", "Examined", "Examiner", "Item", "run_batch"]
