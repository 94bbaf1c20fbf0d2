"""Why a PDF is not read."""


class Refused(Exception):
    """The file is no article that can be read; the message says why and what to do. `ingest.sources.pdf` shows it."""
