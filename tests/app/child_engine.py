"""A real engine process without torch, and with a few lengths of `positions` that misbehave.

11 streams until it is cancelled · 13 loops for ever · 17 ends the process · everything else is answered.
"""

import os
import sys
import threading
import time

from tutor.experiments.frame import server
from tutor.experiments.frame.messages import Ready

honest = server.execute


def execute(name, inputs, cancelled):
    if inputs.length == 11:
        while not cancelled():
            yield "a piece"
            time.sleep(0.01)
        return
    if inputs.length == 13:
        while True:
            pass
    if inputs.length == 17:
        os._exit(3)
    yield from honest(name, inputs, cancelled)


if __name__ == "__main__":
    server.execute = execute
    server.GRACE = 0.3
    if sys.argv[1:] == ["dies"]:
        sys.exit(4)
    child = server.Server(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    threading.Thread(target=server._leave_after, args=(child.closed,), daemon=True).start()
    child.say(Ready(0.0, "cpu"))
    child.serve()
    os._exit(0)
