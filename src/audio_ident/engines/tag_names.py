"""Under what names each family of containers keeps which claim.

The names are those that mutagen gives, in lower case, and for ID3 and MP4 in the form that
`tag_texts` gives them. Ids follow the mapping tables of MusicBrainz Picard, whose
"MusicBrainz Track Id" names the recording. Of several names the first that is there counts.
"""

from collections.abc import Mapping
from typing import TypeAlias

Names: TypeAlias = Mapping[str, tuple[str, ...]]
"""By field of `tag_fields.Claims`."""

CUE_SHEET = "cue_sheet"
"""The one field that is no claim: a whole cue sheet."""

_GAINS = (
    "replaygain_track_gain",
    "replaygain_track_peak",
    "replaygain_album_gain",
    "replaygain_album_peak",
)


def _gains(prefix: str = "") -> dict[str, tuple[str, ...]]:
    fields = {name: f"{name}_db" if name.endswith("gain") else name for name in _GAINS}
    return {field: (prefix + name,) for name, field in fields.items()}


VORBIS: Names = {
    "title": ("title",),
    "artist": ("artist",),
    "artists": ("artists",),
    "album": ("album",),
    "album_artist": ("albumartist", "album artist", "album_artist"),
    "album_artists": ("albumartists", "album_artists"),
    "track": ("tracknumber", "track", "part_number"),
    "track_total": ("tracktotal", "totaltracks", "total_parts"),
    "disc": ("discnumber", "disc"),
    "disc_total": ("disctotal", "totaldiscs"),
    "disc_subtitle": ("discsubtitle", "setsubtitle"),
    "date": ("date", "year", "date_released", "date_recorded"),
    "original_date": ("originaldate", "original_date", "originalyear"),
    "genre": ("genre",),
    "composers": ("composer",),
    "comment": ("comment", "description"),
    "is_compilation": ("compilation",),
    "isrcs": ("isrc",),
    "musicbrainz_recording_id": ("musicbrainz_trackid", "musicbrainz_recordingid"),
    "musicbrainz_track_id": ("musicbrainz_releasetrackid",),
    "musicbrainz_release_id": ("musicbrainz_albumid",),
    "musicbrainz_release_group_id": ("musicbrainz_releasegroupid",),
    "musicbrainz_artist_ids": ("musicbrainz_artistid",),
    "musicbrainz_album_artist_ids": ("musicbrainz_albumartistid",),
    "musicbrainz_work_ids": ("musicbrainz_workid",),
    "musicbrainz_disc_id": ("musicbrainz_discid",),
    "acoustid_id": ("acoustid_id",),
    "acoustid_fingerprint": ("acoustid_fingerprint",),
    "r128_track": ("r128_track_gain",),
    "r128_album": ("r128_album_gain",),
    CUE_SHEET: ("cuesheet",),
    **_gains(),
}
"""FLAC and everything in Ogg; Matroska and APEv2 use the same names where they have any."""

APE: Names = {**VORBIS, "date": ("year", "date")}

ID3: Names = {
    "title": ("tit2",),
    "artist": ("tpe1",),
    "artists": ("txxx:artists",),
    "album": ("talb",),
    "album_artist": ("tpe2",),
    "album_artists": ("txxx:albumartists", "txxx:album artists"),
    "track": ("trck",),
    "disc": ("tpos",),
    "disc_subtitle": ("tsst",),
    "date": ("tdrc", "tdrl", "tyer"),
    "original_date": ("tdor", "tory"),
    "genre": ("tcon",),
    "composers": ("tcom",),
    "comment": ("comm",),
    "is_compilation": ("tcmp",),
    "isrcs": ("tsrc",),
    "musicbrainz_recording_id": ("ufid:http://musicbrainz.org", "txxx:musicbrainz track id"),
    "musicbrainz_track_id": ("txxx:musicbrainz release track id",),
    "musicbrainz_release_id": ("txxx:musicbrainz album id",),
    "musicbrainz_release_group_id": ("txxx:musicbrainz release group id",),
    "musicbrainz_artist_ids": ("txxx:musicbrainz artist id",),
    "musicbrainz_album_artist_ids": ("txxx:musicbrainz album artist id",),
    "musicbrainz_work_ids": ("txxx:musicbrainz work id",),
    "musicbrainz_disc_id": ("txxx:musicbrainz disc id",),
    "acoustid_id": ("txxx:acoustid id",),
    "acoustid_fingerprint": ("txxx:acoustid fingerprint",),
    CUE_SHEET: ("txxx:cuesheet",),
    "replaygain_track_gain_db": ("txxx:replaygain_track_gain", "rva2:track:gain"),
    "replaygain_track_peak": ("txxx:replaygain_track_peak", "rva2:track:peak"),
    "replaygain_album_gain_db": ("txxx:replaygain_album_gain", "rva2:album:gain"),
    "replaygain_album_peak": ("txxx:replaygain_album_peak", "rva2:album:peak"),
}

_ITUNES = "----:com.apple.itunes:"

MP4: Names = {
    "title": ("\xa9nam",),
    "artist": ("\xa9art",),
    "artists": (f"{_ITUNES}artists",),
    "album": ("\xa9alb",),
    "album_artist": ("aart",),
    "album_artists": (f"{_ITUNES}albumartists",),
    "track": ("trkn",),
    "disc": ("disk",),
    "disc_subtitle": (f"{_ITUNES}discsubtitle",),
    "date": ("\xa9day",),
    "original_date": (f"{_ITUNES}originaldate", f"{_ITUNES}originalyear"),
    "genre": ("\xa9gen",),
    "composers": ("\xa9wrt",),
    "comment": ("\xa9cmt",),
    "is_compilation": ("cpil",),
    "isrcs": (f"{_ITUNES}isrc",),
    "musicbrainz_recording_id": (f"{_ITUNES}musicbrainz track id",),
    "musicbrainz_track_id": (f"{_ITUNES}musicbrainz release track id",),
    "musicbrainz_release_id": (f"{_ITUNES}musicbrainz album id",),
    "musicbrainz_release_group_id": (f"{_ITUNES}musicbrainz release group id",),
    "musicbrainz_artist_ids": (f"{_ITUNES}musicbrainz artist id",),
    "musicbrainz_album_artist_ids": (f"{_ITUNES}musicbrainz album artist id",),
    "musicbrainz_work_ids": (f"{_ITUNES}musicbrainz work id",),
    "musicbrainz_disc_id": (f"{_ITUNES}musicbrainz disc id",),
    "acoustid_id": (f"{_ITUNES}acoustid id",),
    "acoustid_fingerprint": (f"{_ITUNES}acoustid fingerprint",),
    CUE_SHEET: (f"{_ITUNES}cuesheet",),
    **_gains(_ITUNES),
}

ASF: Names = {
    "title": ("title",),
    "artist": ("author", "wm/author"),
    "artists": ("wm/artists",),
    "album": ("wm/albumtitle",),
    "album_artist": ("wm/albumartist",),
    "album_artists": ("wm/albumartists",),
    "track": ("wm/tracknumber", "wm/track"),
    "track_total": ("totaltracks",),
    "disc": ("wm/partofset",),
    "disc_subtitle": ("wm/setsubtitle",),
    "date": ("wm/year",),
    "original_date": ("wm/originalreleasetime", "wm/originalreleaseyear"),
    "genre": ("wm/genre",),
    "composers": ("wm/composer",),
    "comment": ("description",),
    "is_compilation": ("wm/iscompilation",),
    "isrcs": ("wm/isrc",),
    "musicbrainz_recording_id": ("musicbrainz/track id",),
    "musicbrainz_track_id": ("musicbrainz/release track id",),
    "musicbrainz_release_id": ("musicbrainz/album id",),
    "musicbrainz_release_group_id": ("musicbrainz/release group id",),
    "musicbrainz_artist_ids": ("musicbrainz/artist id",),
    "musicbrainz_album_artist_ids": ("musicbrainz/album artist id",),
    "musicbrainz_work_ids": ("musicbrainz/work id",),
    "musicbrainz_disc_id": ("musicbrainz/disc id",),
    "acoustid_id": ("acoustid/id",),
    "acoustid_fingerprint": ("acoustid/fingerprint",),
    CUE_SHEET: ("cuesheet",),
    **_gains(),
}

RIFF: Names = {
    "title": ("inam",),
    "artist": ("iart",),
    "album": ("iprd",),
    "track": ("itrk", "iprt"),
    "date": ("icrd",),
    "genre": ("ignr",),
    "composers": ("imus",),
    "comment": ("icmt",),
}
"""INFO chunks of WAV; their `ISRC` means the source of the recording, not its code."""
