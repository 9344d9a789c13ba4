from pathlib import Path

import pytest

from periscope import settings, template
from periscope.errors import UsageError


def read(tmp_path: Path, text: str) -> settings.Settings:
    path = tmp_path / "periscope.toml"
    path.write_text(text, encoding="utf-8")
    return settings.load(path)


def test_the_template_says_the_defaults(tmp_path: Path) -> None:
    assert read(tmp_path, template.SETTINGS) == settings.Settings()


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    assert read(tmp_path, "") == settings.Settings()


def test_a_mapping(tmp_path: Path) -> None:
    found = read(tmp_path, '[mappings.kobo]\nkind = "posts"\n[mappings.kobo.columns]\n"Poste" = "post_ref"\n')
    assert found.mappings["kobo"].columns == {"Poste": "post_ref"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('managing_bodi = "A"', "managing_body"),
        ("[secrecy]\nmin_contributors = -1", "nombre positif"),
        ('[secrecy]\nmin_contributors = "3"', "nombre positif"),
        ("pole_name = 3", "texte entre guillemets"),
        ('baseline_quarter = "2024"', "trimestre"),
        ("pole_name =", "illisible"),
        ("[mappings.x.columns]\na = 'b'", "incomplet"),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(tmp_path, text)
