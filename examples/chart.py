"""Makes chart.mp4, the clip that tour.yaml speaks over: a chart that grows, quarter by quarter.

Run it with the project's Python: .venv/bin/python examples/chart.py
"""

from __future__ import annotations

from pathlib import Path

import av
from av.video.reformatter import Colorspace
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, FPS, SECONDS = 1280, 720, 25, 24
FINE = 2  # drawn larger, then made smaller: smooth edges
PAPER, GRID, BAR, MARK, INK = "#f5f2ec", "#ddd7cc", "#2f6f73", "#e0913a", "#2b2b2b"
VALUES = {"Spring": 18, "Summer": 31, "Autumn": 44, "Winter": 72}  # thousand videos
LEFT, BOTTOM, TOP, STEP, THICK = 150, 600, 150, 185, 110  # pixels


def eased(phase: float) -> float:
    """0..1, slow at both ends."""
    phase = min(max(phase, 0.0), 1.0)
    return phase * phase * (3 - 2 * phase)


def draw(time: float) -> Image.Image:
    """The chart at a time, seconds."""
    page = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), PAPER)
    pen = ImageDraw.Draw(page)
    large, small = ImageFont.load_default(44 * FINE), ImageFont.load_default(28 * FINE)
    pen.text((LEFT * FINE, 60 * FINE), "Videos made, in thousands", INK, large)
    for line in range(0, 81, 20):
        y = (BOTTOM - line / 80 * (BOTTOM - TOP)) * FINE
        pen.line((LEFT * FINE, y, (LEFT + 4 * STEP) * FINE, y), GRID, 2 * FINE)
        pen.text(((LEFT - 20) * FINE, y), str(line), INK, small, anchor="rm")
    for number, (name, value) in enumerate(VALUES.items()):
        grown = eased((time - 10 - 1.9 * number) / 1.4)
        x = LEFT + STEP * number + (STEP - THICK) / 2
        top = BOTTOM - grown * value / 80 * (BOTTOM - TOP)
        colour = MARK if number == len(VALUES) - 1 else BAR
        if BOTTOM - top > 20:
            box = [value * FINE for value in (x, top, x + THICK, BOTTOM)]
            pen.rounded_rectangle(box, 8 * FINE, colour, corners=(True, True, False, False))
            label = str(round(grown * value))
            pen.text(((x + THICK / 2) * FINE, (top - 12) * FINE), label, INK, small, anchor="mb")
        pen.text(((x + THICK / 2) * FINE, (BOTTOM + 16) * FINE), name, INK, small, anchor="mt")
    return page.resize((WIDTH, HEIGHT), Image.Resampling.BOX)


def main() -> None:
    """Write the clip beside this file."""
    with av.open(str(Path(__file__).with_name("chart.mp4")), "w") as file:
        stream = file.add_stream("libx264", rate=FPS, options={"crf": "26", "preset": "slow"})
        stream.codec_context.colorspace = Colorspace.ITU709
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(SECONDS * FPS):
            picture = av.VideoFrame.from_image(draw(number / FPS))
            file.mux(stream.encode(picture.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)))
        file.mux(stream.encode(None))


if __name__ == "__main__":
    main()
