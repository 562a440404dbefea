"""What can go wrong, as one tree.

EvqaError
├── SettingsError               a setting is unknown or has an impossible value
├── QuestionError               the question cannot be asked
├── ArticleLinkError            a link into an article shows nothing any more
├── TranscriptError             a kept conversation cannot be read
├── FeedbackError               what a visitor thinks of an answer cannot be kept
├── QuestionFileError           a file of questions cannot be evaluated
├── CorpusError                 the corpus folder cannot be used
│   └── UnreadableArticle       one file in it cannot be read
├── SourceError                 a file or a web page cannot be added to the corpus
├── IndexStoreError             the index folder cannot be used
│   ├── IndexNotFound           there is none yet
│   ├── IndexCorrupt            what is there does not hold together
│   ├── IndexMismatch           it was built by other settings
│   └── IndexLocked             another process is writing it
└── BackendError                something outside evqa failed
    ├── BackendNotInstalled     an optional package is missing
    ├── ModelUnavailable        a model cannot be loaded, or is not the one expected
    └── ServerError             the chat cannot be served
        └── ServerBusy          more is asked of it than it can answer
"""


class EvqaError(Exception):
    """An error that the user can act on: what is wrong, and what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class SettingsError(EvqaError):
    """A setting is unknown or has an impossible value."""


class QuestionError(EvqaError):
    """The question cannot be asked: it is empty or far too long."""


class ArticleLinkError(EvqaError):
    """A link into an article shows nothing any more: the article is gone or has changed."""


class TranscriptError(EvqaError):
    """A kept conversation cannot be read."""


class FeedbackError(EvqaError):
    """What a visitor thinks of an answer cannot be kept."""


class QuestionFileError(EvqaError):
    """A file of questions cannot be evaluated."""


class CorpusError(EvqaError):
    """The corpus folder cannot be used."""


class UnreadableArticle(CorpusError):
    """One file of the corpus cannot be read as an article."""


class SourceError(EvqaError):
    """A file or a web page cannot be added to the corpus."""


class IndexStoreError(EvqaError):
    """The index folder cannot be used."""


class IndexNotFound(IndexStoreError):
    """There is no index in the folder yet."""


class IndexCorrupt(IndexStoreError):
    """What is in the index folder does not hold together."""


class IndexMismatch(IndexStoreError):
    """The index was built by other settings than those in force."""


class IndexLocked(IndexStoreError):
    """Another process is writing the index."""


class BackendError(EvqaError):
    """Something outside evqa failed."""


class BackendNotInstalled(BackendError):
    """An optional package is missing."""


class ModelUnavailable(BackendError):
    """A model cannot be loaded, or is not the one that was expected."""


class ServerError(BackendError):
    """The chat cannot be served."""


class ServerBusy(ServerError):
    """More is asked of the server than it can answer."""
