"""Music in time: sessions that go on bar by bar, the clock, MIDI ports, running sound.

What is played, and how it is changed, is decided below (`inference.live`, `music.adapting`,
`music.listening`); here it is when.
"""
