"""Doctor: what this machine has, what of sayso is installed on it, what can be trained here, and how long a project takes."""

from sayso.doctor.examine import Findings, examine
from sayso.doctor.times import StageTime, times_of

__all__ = ["Findings", "StageTime", "examine", "times_of"]
