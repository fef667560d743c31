"""Who asks at the console: whoever may start our programs may do everything."""

import getpass

from permissions.roles import Role
from web.current_user import Principal


def console() -> Principal:
    """Return who asks, with the name of the machine's user."""
    return Principal(role=Role.ADMINISTRATOR, address="console", name=getpass.getuser())
