"""What f does, as data: run plain NumPy code once, keep it as a Wengert list, replay it in any arithmetic."""

from diffkit.tape.active import Active, is_active
from diffkit.tape.arithmetic import Arithmetic
from diffkit.tape.record import record
from diffkit.tape.wengert import Guard, Instruction, Slot, Tape

__all__ = ["Active", "Arithmetic", "Guard", "Instruction", "Slot", "Tape", "is_active", "record"]
