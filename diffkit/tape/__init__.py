"""What f does, as data: run plain NumPy code once, keep it as a Wengert list, replay it in any arithmetic.

tape = record(f, *point)
tape.replay(*point)                                  in NumPy
tape.replay(*point, arithmetic="interval")           bounds; `Tape.replay` lists the names
tape.replay(*point, arithmetic=Mine())               your own: a subclass of `Arithmetic`
"""

from diffkit.tape.active import Active, is_active
from diffkit.tape.arithmetic import Arithmetic
from diffkit.tape.record import record
from diffkit.tape.wengert import Guard, Instruction, Slot, Tape

__all__ = ["Active", "Arithmetic", "Guard", "Instruction", "Slot", "Tape", "is_active", "record"]
