"""Everything that can go wrong, with a stable code, a severity and a remedy.

    AudioIdentError
    ├── BadInput                  BAD_INPUT              an argument outside its documented range
    ├── NotFound                  NOT_FOUND              nothing has that name
    ├── IllegalMove               ILLEGAL_MOVE           a session cannot do that from its state
    ├── Cancelled                 CANCELLED              ended on request
    ├── SettingsInvalid           SETTINGS_INVALID       a setting cannot be used
    ├── OwnerMissing              OWNER_MISSING          the service may not start without one
    ├── BackupInvalid             BACKUP_INVALID         a file is no backup that we can read
    ├── KernelsMissing            KERNELS_MISSING        the compiled part cannot be opened
    ├── AddressInUse              ADDRESS_IN_USE         another program listens at that address
    ├── FileProblem                                      one file cannot be used; the others go on
    │   ├── FileUnreadable        FILE_UNREADABLE        the operating system refuses to read it
    │   ├── FileChanged           FILE_CHANGED_DURING_IMPORT  it changed while it was read
    │   ├── FileStillWritten      FILE_STILL_WRITTEN     it is still growing
    │   ├── UnsupportedFormat     UNSUPPORTED_FORMAT     no audio container or codec that we know
    │   ├── NoAudio               NO_AUDIO               no audio stream, only pictures, or silence
    │   ├── VideoFile             VIDEO_FILE             a film; its sound track is not music
    │   ├── AudioTooShort         FILE_TOO_SHORT         fewer seconds than can be listened to
    │   ├── LimitExceeded         LIMIT_EXCEEDED         more bytes or seconds than allowed
    │   ├── DecodeFailed          DECODE_ERROR           audio that cannot be decoded at all
    │   ├── DecodeTimeout         DECODE_TIMEOUT         decoding took longer than allowed
    │   ├── FingerprintFailed     FINGERPRINT_FAILED     a listener cannot make sense of the audio
    │   ├── OutOfMemory           OUT_OF_MEMORY          it needs more memory than a worker may use
    │   ├── WorkerCrashed         WORKER_CRASHED         the worker process died on this file
    │   └── Unforeseen            INTERNAL_ERROR         the program failed on this file
    ├── RootVanished              ROOT_VANISHED          an imported folder is gone as a whole
    └── StoreProblem                                     the library itself cannot be used
        ├── LibraryLocked         LIBRARY_LOCKED         another process is writing
        ├── DatabaseProblem       DATABASE_ERROR         the catalogue cannot be read or written
        │   ├── DatabaseUnreachable DATABASE_UNREACHABLE there is no connection to its server
        │   └── LibraryMismatch   LIBRARY_MISMATCH       it belongs to another data directory
        ├── IndexCorrupt          INDEX_CORRUPT          an index file fails its checksum
        ├── ArtefactCorrupt       ARTEFACT_CORRUPT       an analysis fails its checksum
        ├── ArtefactMissing       ARTEFACT_MISSING       an analysis that a row names is not there
        ├── StoreInaccessible     STORE_INACCESSIBLE     the system refuses the data directory
        │   └── StoreReadOnly     READ_ONLY              the data directory cannot be written
        └── DiskFull              DISK_FULL              no space left in the data directory

The branch of models and vectors is in `vibe_errors`. Warnings are not raised; they travel as
`model.audio.AudioWarning` with a code of their own.
"""

import enum
from typing import ClassVar


class Severity(enum.StrEnum):
    """What an error means for the work in progress."""

    WARN = "warn"
    SKIP_FILE = "skip_file"
    ABORT = "abort"


class AudioIdentError(Exception):
    """Root of every error raised on purpose.

    The message states the fact; `remedy` says what a person can do about it.
    """

    code: ClassVar[str] = "INTERNAL_ERROR"
    severity: ClassVar[Severity] = Severity.ABORT
    http_status: ClassVar[int] = 500
    remedy: ClassVar[str] = "Report this with the log."
    is_retryable: ClassVar[bool] = False

    def __init__(self, fact: str) -> None:
        super().__init__(fact)
        self.fact = fact

    @classmethod
    def meaning(cls) -> str:
        """What the code says, whatever the circumstances: no path, no address, no name."""
        return (cls.__doc__ or "").partition("\n")[0]

    def __reduce__(self) -> tuple[type["AudioIdentError"], tuple[str]]:
        return type(self), (self.fact,)


class BadInput(AudioIdentError):
    """An argument lies outside its documented range."""

    code = "BAD_INPUT"
    http_status = 422
    remedy = "Correct the argument."


class NotFound(AudioIdentError):
    """Nothing has the name that was given."""

    code = "NOT_FOUND"
    http_status = 404
    remedy = "List what there is, and use a name from the list."


class IllegalMove(AudioIdentError):
    """A session cannot do what was asked of it in the state it is in."""

    code = "ILLEGAL_MOVE"
    http_status = 409
    remedy = "Look at its state with `audio-ident sessions`."


class Cancelled(AudioIdentError):
    """The work was ended on request before it was done."""

    code = "CANCELLED"
    http_status = 409
    remedy = "Start it again: it goes on with the files that are not done."
    is_retryable = True


class SettingsInvalid(AudioIdentError):
    """A setting has a value that cannot be used."""

    code = "SETTINGS_INVALID"
    remedy = "Correct the setting; docs/reference/settings.md lists all of them with their ranges."


class OwnerMissing(AudioIdentError):
    """The service would be reached from other machines, and nobody owns it."""

    code = "OWNER_MISSING"
    remedy = (
        "Run `audio-ident owner set`; or start the service on a loopback address first, and open "
        "the link that it prints."
    )


class BackupInvalid(AudioIdentError):
    """A file is no backup, of another version, or damaged."""

    code = "BACKUP_INVALID"
    http_status = 422
    remedy = "Use the file that `audio-ident backup` wrote, and a version not older than it."


class KernelsMissing(AudioIdentError):
    """The part of the program that is written in C was not compiled, or not for this machine."""

    code = "KERNELS_MISSING"
    remedy = "Run `make setup`, or install audio-ident again: both compile it."


class AddressInUse(AudioIdentError):
    """Another program listens at the address of the service."""

    code = "ADDRESS_IN_USE"
    remedy = "End the other program, or choose another port with AUDIO_IDENT_PORT."
    is_retryable = True


class FileProblem(AudioIdentError):
    """One file cannot be used; the import goes on with the others."""

    severity = Severity.SKIP_FILE
    http_status = 400


class FileUnreadable(FileProblem):
    """The operating system refuses to read the file."""

    code = "FILE_UNREADABLE"
    remedy = "Check that the file exists and that its permissions allow reading."
    is_retryable = True


class FileChanged(FileProblem):
    """The file changed while it was being read."""

    code = "FILE_CHANGED_DURING_IMPORT"
    remedy = "Import again once the file is no longer being written."
    is_retryable = True


class FileStillWritten(FileProblem):
    """The file is still being written."""

    code = "FILE_STILL_WRITTEN"
    severity = Severity.WARN
    remedy = "Nothing to do: the next import takes it, once nobody writes to it any more."
    is_retryable = True


class UnsupportedFormat(FileProblem):
    """The bytes are no audio container or codec that we know."""

    code = "UNSUPPORTED_FORMAT"
    http_status = 415
    remedy = "Convert the file to FLAC, MP3, Ogg, Opus, M4A or WAV."


class NoAudio(FileProblem):
    """The file holds no audio stream, nothing but pictures, or nothing but silence."""

    code = "NO_AUDIO"
    remedy = "Nothing to do: there is nothing to listen to in this file."


class VideoFile(FileProblem):
    """The file is a film; its sound track is not imported as music."""

    code = "VIDEO_FILE"
    remedy = "Extract the sound track to an audio file if it is music you want to find."


class AudioTooShort(FileProblem):
    """The audio has fewer seconds than can be listened to."""

    code = "FILE_TOO_SHORT"
    remedy = "Use a longer piece."


class LimitExceeded(FileProblem):
    """The file has more bytes or seconds than the settings allow."""

    code = "LIMIT_EXCEEDED"
    http_status = 413
    remedy = "Raise AUDIO_IDENT_MAX_FILE_BYTES or AUDIO_IDENT_MAX_FILE_SECONDS."


class DecodeFailed(FileProblem):
    """The audio cannot be decoded at all."""

    code = "DECODE_ERROR"
    remedy = "Play the file in another program; if that fails too, replace it."


class DecodeTimeout(FileProblem):
    """Decoding took longer than allowed."""

    code = "DECODE_TIMEOUT"
    remedy = "Raise AUDIO_IDENT_DECODE_TIMEOUT_S if the file is sound and very long."
    is_retryable = True


class FingerprintFailed(FileProblem):
    """The audio was decoded, and a listener cannot make sense of it."""

    code = "FINGERPRINT_FAILED"
    remedy = "Play the file; if it sounds as it should, report this with the file."


class OutOfMemory(FileProblem):
    """Listening to the file needs more memory than a worker may use."""

    code = "OUT_OF_MEMORY"
    remedy = "Raise AUDIO_IDENT_WORKER_MEMORY_BYTES, or set fewer workers; then --retry-failed."
    is_retryable = True


class WorkerCrashed(FileProblem):
    """The worker process died while it listened to this file."""

    code = "WORKER_CRASHED"
    remedy = "Import again; if it happens again the file is damaged in an unusual way."
    is_retryable = True


class Unforeseen(FileProblem):
    """The program itself failed while it worked on this file."""

    code = "INTERNAL_ERROR"
    http_status = 500
    remedy = "Report this with the log and, if possible, the file."


class RootVanished(AudioIdentError):
    """An imported folder, or a large part of it, is gone: its disk may not be mounted."""

    code = "ROOT_VANISHED"
    http_status = 409
    remedy = (
        "Check that its disk is mounted, then import again; nothing was marked as missing. If "
        "the files are really gone, use `audio-ident import --accept-missing`."
    )
    is_retryable = True


class StoreProblem(AudioIdentError):
    """The library itself cannot be used."""

    http_status = 503


class LibraryLocked(StoreProblem):
    """Another process is writing to this data directory."""

    code = "LIBRARY_LOCKED"
    remedy = "Wait until the other process ends; reading is possible meanwhile."
    is_retryable = True


class DatabaseProblem(StoreProblem):
    """The catalogue cannot be read or written."""

    code = "DATABASE_ERROR"
    remedy = "Run `audio-ident doctor`."


class DatabaseUnreachable(DatabaseProblem):
    """There is no connection to the server that holds the catalogue, or none any more."""

    code = "DATABASE_UNREACHABLE"
    remedy = (
        "Check that PostgreSQL runs and that AUDIO_IDENT_DATABASE_URL names it, its user, password "
        "and database rightly; audio-ident connects again by itself."
    )
    is_retryable = True


class LibraryMismatch(DatabaseProblem):
    """The catalogue does not belong to the data directory."""

    code = "LIBRARY_MISMATCH"
    remedy = (
        "Let AUDIO_IDENT_DATA_DIR and AUDIO_IDENT_DATABASE_URL name the same library; "
        "`audio-ident migrate-store --to URL` moves one into an empty database."
    )


class IndexCorrupt(StoreProblem):
    """A file of the fingerprint index fails its checksum."""

    code = "INDEX_CORRUPT"
    remedy = "Run `audio-ident rebuild`: it makes the index again without decoding any audio."


class ArtefactCorrupt(StoreProblem):
    """A stored analysis fails its checksum."""

    code = "ARTEFACT_CORRUPT"
    severity = Severity.SKIP_FILE
    remedy = "Run `audio-ident import` on the folder: the file will be listened to again."


class ArtefactMissing(StoreProblem):
    """An analysis that a row names is not there."""

    code = "ARTEFACT_MISSING"
    severity = Severity.SKIP_FILE
    remedy = "Run `audio-ident import` on the folder: the file will be listened to again."


class StoreInaccessible(StoreProblem):
    """The operating system refuses to read or write the data directory."""

    code = "STORE_INACCESSIBLE"
    remedy = "Check the permissions and the health of the disk that holds AUDIO_IDENT_DATA_DIR."


class StoreReadOnly(StoreInaccessible):
    """The data directory can be read but not written."""

    code = "READ_ONLY"
    remedy = "Make AUDIO_IDENT_DATA_DIR writable; until then only reading commands work."


class DiskFull(StoreProblem):
    """No space is left in the data directory."""

    code = "DISK_FULL"
    remedy = "Free some space or move AUDIO_IDENT_DATA_DIR, then import again."
    is_retryable = True
