"""`thirdring stop`: end the hotline of this home, so that nobody who rings is left ringing."""

import click

from commands import context, printing
from supervisor import succession
from tools.errors import SetupError


@click.command()
def stop() -> None:
    """Wait for calls to end, hang up those that go on, and stop the hotline that runs in this home.

    THIRDRING_WAIT_FOR_CALLS says for how long; new calls are answered meanwhile. Start the other
    version right after it: whoever rings meanwhile rings on.
    """
    try:
        pid = succession.end(context.settings(), printing.line)
    except SetupError as error:
        raise context.NotReady(str(error)) from None
    printing.line(f"The hotline of process {pid} has ended." if pid else "No hotline runs here.")
