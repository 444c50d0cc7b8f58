"""`python -m bot`: the service and every command of a clinic. `demo` has a program of its own."""

import io
import os
import sys


def main() -> int:
    """Runs what was typed. The service starts without loading what only the other commands need."""
    if sys.argv[1:] == ["run"]:
        # structlog loads Rich wherever it finds it, which takes a tenth of a second; the service never needs it.
        sys.modules["rich"] = None  # type: ignore[assignment]
        from bot.cli.run import main as command
    else:
        from bot.cli.app import main as command
    from bot import log

    log.set_up()
    _print_whatever_a_file_is_called()
    code = command()
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has had enough: nothing that Python need complain of at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _print_whatever_a_file_is_called() -> None:
    # Bytes that are not text come out as `\udcff`, which in JSON gives the very same name to whoever reads it.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
