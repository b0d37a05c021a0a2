"""People who cannot see an image are told what its name says, if a person gave it."""

from __future__ import annotations

import pytest

from bridge.file_descriptions import description


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Return label.png", "Return label"),
        ("rücksende-etikett_neu.WEBP", "rücksende etikett neu"),
        ("Foto vom Router.jpg", "Foto vom Router"),
        ("Map of shops 2", "Map of shops 2"),
        ("IMG_1234.JPG", ""),
        ("PXL_20260302_090000.jpg", ""),
        ("Bildschirmfoto 2026-03-02 um 09.00.11.png", ""),
        ("WhatsApp Image 2026-03-02.jpeg", ""),
        ("3f2a9c01-77aa-dead.png", ""),
        ("", ""),
    ],
)
def test_a_file_s_name_describes_an_image_if_people_gave_it(name: str, told: str) -> None:
    assert description(name) == told
