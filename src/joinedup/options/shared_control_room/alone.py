"""What one service could do with rooms of its own: keep the largest, and bring another into it (§4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.area import Change
from joinedup.options import Option
from joinedup.options.shared_control_room.joining import room_called

if TYPE_CHECKING:
    from joinedup.area import Area

WAY = "alone"


def joined_alone(area: Area, partner: str) -> list[Option]:
    """Give, for each other room of a service, the option that its people join the largest; none where it has one room.

    Posts go with the room in whose place they are, and keep their strength. How calls are spread over the rooms of one
    service nobody records, so that no post is taken to come free.
    """
    rooms = (
        area.table("control_rooms")
        .filter(pl.col("service_id") == partner)
        .sort("positions", "room_id", descending=[True, False], nulls_last=True)["room_id"]
    )
    found = []
    for each in rooms[1:]:
        host, guest = room_called(area, rooms[0]), room_called(area, each)
        posts = area.table("posts").filter(
            (pl.col("service_id") == partner)
            & (pl.col("function") == "control")
            & (pl.col("site_id") == guest.site_id)
        )
        theirs = posts["post_id"].sort().to_list()
        moved = (
            []
            if host.site_id is None
            else [Change("posts", post, "site_id", host.site_id) for post in theirs]
        )
        found.append(
            Option(
                id=f"shared-control-room-alone-{guest.room_id}-to-{host.room_id}",
                kind="shared control room",
                title=f"{guest.name} moves into {host.name}",
                partners=(partner,),
                joins=(host.room_id, guest.room_id),
                names=(host.name, guest.name),
                changes=(*moved, Change("control_rooms", guest.room_id, None)),
                uses=(
                    *(f"control_rooms/{room}" for room in (host.room_id, guest.room_id)),
                    *(f"posts/{post}" for post in theirs),
                ),
                facts={
                    "way": WAY,
                    "one_place": 1.0,
                    "one_system": 1.0,
                    "share_of_day": 1.0,
                    # Of its people, those who would move.
                    f"control_posts_{partner}": float(posts["fte"].sort().sum()),
                },
                incomplete=("how many handlers the one room needs, since calls are not recorded by room",),
            )
        )
    return found
