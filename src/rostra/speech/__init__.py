"""Text in, a stream of `Speech` out: the voices, and everything between a text and its sound.

`catalogue.voice(name).speak(text)` is the way in; `voice.Voice` the port that other engines fill.
"""
