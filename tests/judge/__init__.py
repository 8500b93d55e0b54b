"""An independent judge of finished videos: it sees pictures, hears sound, and knows nothing of Rostra.

`watch` finds a face in every frame (mediapipe), `listen` writes down what is said (Whisper), `lips`
and `eyes` measure, `verdict` holds the limits. The judge runs in an environment of its own
(`locks/judge.txt`), because its face finder needs an old numpy. docs/judging.md explains the limits.
"""
