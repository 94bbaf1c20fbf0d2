"""Every error that Qawl raises on purpose, and who sees its message.

    QawlError                    one line for people: what is wrong and what to do
    ├── UsageError               admins: the command was called wrongly (exit status 2)
    ├── ArchiveError             admins: the archive cannot be opened or written (exit status 3)
    │   ├── ArchiveDamaged       … the database file is not what it should be; nothing was overwritten
    │   ├── ArchiveBusy          … for now: another process has been writing for too long, or the server is away
    │   ├── ArchiveUnwritable    … the folder is read-only or the disk is full
    │   └── ForeignModel         … the vectors were made by another encoder
    ├── ModelUnavailable         admins: the encoder's weights cannot be had
    ├── SourceError              admins: one source could not be read as articles; carries its name
    │   └── UnexpectedStatus     … a web server answered with something else than the page; carries its status
    ├── JobError                 admins: a job of the ingest queue cannot be taken back as it stands
    └── QuestionError            readers: the question cannot be asked as it stands

Anything that is not a QawlError is a defect: its text goes to the log only, never to a chat.
"""


class QawlError(Exception):
    """Base of all errors raised on purpose; `str()` of it is one line that may be shown to its audience."""

    exit_status = 1


class UsageError(QawlError):
    """The command line was used wrongly. Shown to whoever typed it."""

    exit_status = 2


class ArchiveError(QawlError):
    """The archive cannot be opened or written. Shown to admins."""

    exit_status = 3


class ArchiveDamaged(ArchiveError):
    """The database file is damaged or not a Qawl archive. Shown to admins; nothing was overwritten."""


class ArchiveBusy(ArchiveError):
    """Another process has been writing for too long, or the database's server is away. Shown to admins."""


class ArchiveUnwritable(ArchiveError):
    """The data folder is read-only or its disk is full. Shown to admins."""


class ForeignModel(ArchiveError):
    """The archive's vectors were made by another encoder than today's. Shown to admins."""


class ModelUnavailable(QawlError):
    """The encoder's weights cannot be had, for lack of a package, a folder or a network. Shown to admins."""


class SourceError(QawlError):
    """One source could not be read as articles. Shown to admins, beside the source's name.

    Attributes:
        source: the file, URL or line as the admin named it.
        temporary: whether it may well be read later: the network failed, not the source.
    """

    def __init__(self, source: str, message: str, *, temporary: bool = False) -> None:
        super().__init__(message)
        self.source = source
        self.temporary = temporary


class UnexpectedStatus(SourceError):
    """A web server answered with something else than the page. Shown to admins.

    Attributes:
        status: the status of HTTP.
        retry_after: seconds that the server asks to be left alone, if it says so.
    """

    def __init__(self, source: str, message: str, status: int, retry_after: float | None = None) -> None:
        super().__init__(source, message, temporary=status == 429 or status >= 500)
        self.status = status
        self.retry_after = retry_after


class JobError(QawlError):
    """A job of the ingest queue cannot be taken back as it stands. Shown to admins."""


class QuestionError(QawlError):
    """The question cannot be asked as it stands: empty, or too long. Shown to readers in their language.

    Attributes:
        reason: the key of the message that a person reads (see `bot/messages`).
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
