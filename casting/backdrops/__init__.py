"""Backdrops: the rooms of the background library, each a recipe that builds and photographs it."""

from casting.backdrops import classroom_1, home_1, office_1, office_2, plain_1, studio_1
from casting.backdrops.room import Backdrop

ROOMS = (office_1, office_2, studio_1, home_1, classroom_1, plain_1)
BACKDROPS: dict[str, Backdrop] = {room.BACKDROP.id: room.BACKDROP for room in ROOMS}
