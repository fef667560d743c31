"""The one error of backup and restore: a sentence that says what is wrong and what to do."""


class BackupError(Exception):
    """A backup cannot be made, or not be used; nothing was changed."""
