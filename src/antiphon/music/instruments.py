"""Roles in the ensemble, the General MIDI instruments that play them, and how far each reaches."""

from __future__ import annotations

from dataclasses import dataclass

from antiphon.errors import unknown

# fmt: off
GM_NAMES: tuple[str, ...] = (
    "Acoustic Grand Piano", "Bright Acoustic Piano", "Electric Grand Piano", "Honky-tonk Piano",
    "Electric Piano 1", "Electric Piano 2", "Harpsichord", "Clavinet", "Celesta", "Glockenspiel",
    "Music Box", "Vibraphone", "Marimba", "Xylophone", "Tubular Bells", "Dulcimer",
    "Drawbar Organ", "Percussive Organ", "Rock Organ", "Church Organ", "Reed Organ", "Accordion",
    "Harmonica", "Tango Accordion", "Nylon Guitar", "Steel Guitar", "Jazz Guitar", "Clean Guitar",
    "Muted Guitar", "Overdriven Guitar", "Distortion Guitar", "Guitar Harmonics", "Acoustic Bass",
    "Finger Bass", "Pick Bass", "Fretless Bass", "Slap Bass 1", "Slap Bass 2", "Synth Bass 1",
    "Synth Bass 2", "Violin", "Viola", "Cello", "Contrabass", "Tremolo Strings",
    "Pizzicato Strings", "Harp", "Timpani", "Strings", "Slow Strings", "Synth Strings 1",
    "Synth Strings 2", "Choir", "Voice", "Synth Voice", "Orchestra Hit", "Trumpet", "Trombone",
    "Tuba", "Muted Trumpet", "French Horn", "Brass Section", "Synth Brass 1", "Synth Brass 2",
    "Soprano Sax", "Alto Sax", "Tenor Sax", "Baritone Sax", "Oboe", "English Horn", "Bassoon",
    "Clarinet", "Piccolo", "Flute", "Recorder", "Pan Flute", "Blown Bottle", "Shakuhachi",
    "Whistle", "Ocarina", "Square Lead", "Saw Lead", "Calliope Lead", "Chiff Lead",
    "Charang Lead", "Voice Lead", "Fifths Lead", "Bass Lead", "New Age Pad", "Warm Pad",
    "Polysynth Pad", "Choir Pad", "Bowed Pad", "Metallic Pad", "Halo Pad", "Sweep Pad", "Rain",
    "Soundtrack", "Crystal", "Atmosphere", "Brightness", "Goblins", "Echoes", "Sci-fi", "Sitar",
    "Banjo", "Shamisen", "Koto", "Kalimba", "Bagpipe", "Fiddle", "Shanai", "Tinkle Bell", "Agogo",
    "Steel Drums", "Woodblock", "Taiko Drum", "Melodic Tom", "Synth Drum", "Reverse Cymbal",
    "Guitar Fret Noise", "Breath Noise", "Seashore", "Bird Tweet", "Telephone Ring", "Helicopter",
    "Applause", "Gunshot",
)
# fmt: on

# the families of General MIDI, eight programs each, and one program that stands for each
FAMILIES: dict[str, int] = {
    "piano": 0,
    "chromatic-percussion": 11,
    "organ": 16,
    "guitar": 24,
    "bass": 33,
    "strings": 40,
    "ensemble": 48,
    "brass": 56,
    "reed": 71,
    "pipe": 73,
    "synth-lead": 80,
    "synth-pad": 89,
    "synth-effects": 99,
    "ethnic": 104,
    "percussive": 114,
    "sound-effects": 122,
}


@dataclass(frozen=True)
class Role:
    """A part of the ensemble.

    Attributes:
        name: the track's name in files.
        program: General MIDI program it plays unless asked otherwise.
        low, high: playable range in MIDI pitches, both included.
        gain_db: level in the mix beside the melody.
        pan: place in the stereo picture, −1 left … 1 right.
        reverb: send to the room, 0–1.
    """

    name: str
    program: int
    low: int
    high: int
    gain_db: float
    pan: float
    reverb: float


ROLES: dict[str, Role] = {
    "melody": Role("Melody", 73, 55, 84, 0.0, 0.0, 0.30),
    "counter": Role("Counter-melody", 48, 48, 91, -6.0, 0.35, 0.40),
    "chords": Role("Chords", 0, 28, 96, -4.0, -0.25, 0.25),
    "bass": Role("Bass", 33, 26, 60, -3.0, 0.0, 0.08),
    "drums": Role("Drums", 0, 27, 87, -4.0, 0.0, 0.12),
}


def role_called(track_name: str) -> str:
    """Return the key of `ROLES` whose name a track bears, else ""."""
    wanted = track_name.strip().lower()
    return next((key for key, role in ROLES.items() if role.name.lower() == wanted), "")


# parts that play where none are named; a style that is not named here has all
STYLE_PARTS = {
    "classical": "melody,counter,chords,bass",
    "folk": "melody,chords,bass",
    "jazz": "melody,chords,bass,drums",
}

# programs that make a style sound like itself; drums: the kit
STYLE_PROGRAMS: dict[str, dict[str, int]] = {
    "pop": {"melody": 73, "counter": 48, "chords": 0, "bass": 33, "drums": 0},
    "classical": {"melody": 40, "counter": 71, "chords": 0, "bass": 42, "drums": 48},
    "folk": {"melody": 110, "counter": 73, "chords": 25, "bass": 32, "drums": 0},
    "jazz": {"melody": 66, "counter": 71, "chords": 0, "bass": 32, "drums": 32},
}


def family(program: int) -> str:
    """Return the General MIDI family, one of `FAMILIES`, of a program (0–127)."""
    return list(FAMILIES)[program // 8]


def program(name: str) -> int:
    """Return the General MIDI program (0–127) of an instrument name or number.

    Names may be shortened (``flute``, ``french horn``); case and hyphens do not matter.

    Raises:
        AntiphonError: no instrument is called so.
    """
    wanted = name.strip().lower().replace("-", " ").replace("_", " ")
    if wanted.isdigit() and int(wanted) < 128:
        return int(wanted)
    plain = [n.lower().replace("-", " ") for n in GM_NAMES]
    aliases = {"piano": 0, "guitar": 24, "organ": 16, "bass": 33, "sax": 65, "electric piano": 4}
    if wanted in aliases:
        return aliases[wanted]
    if wanted in plain:
        return plain.index(wanted)
    for index, candidate in enumerate(plain):
        if wanted and wanted in candidate:
            return index
    raise unknown(name, "instruments", GM_NAMES)
