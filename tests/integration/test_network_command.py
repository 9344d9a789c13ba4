"""`periscope network` as it is run: three published poles, then what their network tells outside."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from stdnum import luhn

from tests.faults import house

pytestmark = pytest.mark.slow

_NETWORK = ("network", "--quarter", house.QUARTER)


def _say(root: Path, poles: list[str]) -> None:
    told = "".join(f'[[pole]]\nid = "{pole}"\nfolder = "../{pole}"\n' for pole in poles)
    (root / "network.toml").write_text(f'name = "Réseau inventé"\n{told}', encoding="utf-8")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """NORD, OUEST and SUD, three members each, none in two poles; each has published the quarter."""
    folder = tmp_path_factory.mktemp("network")
    for number, pole in enumerate(("NORD", "OUEST", "SUD")):
        digits = {member: str(41_000_000 + 10 * number + i) for i, member in enumerate("ABC")}
        members = {member: told + luhn.calc_check_digit(told) for member, told in digits.items()}
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(house, "MEMBERS", members)
            house.create(folder / pole)
            house.late_file(folder / pole)
        house.told(folder / pole, "run")
    root = folder / "reseau"
    root.mkdir()
    return root


def _figures(root: Path) -> dict[tuple[str, str], dict[str, str]]:
    path = root / "published" / house.QUARTER / "network" / "figures.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["indicator_id"], row["status"]): row
            for row in csv.DictReader(file)
            if (row["period"], row["dimension"]) == (house.QUARTER, "all")
        }


def test_the_network_adds_its_poles_and_keeps_their_secrets(network: Path) -> None:
    """By hand: 1 + 1 + 0.5 full-time jobs a pole. One member a pole tells its sales."""
    _say(network, ["NORD", "OUEST", "SUD"])
    said = house.told(network, *_NETWORK)
    assert "3 pôles, chacun avec les chiffres de sa propre publication" in said
    told = _figures(network)
    (jobs,) = (row for (indicator, _), row in told.items() if indicator == "jobs_fte")
    assert (jobs["perimeter"], float(jobs["value"]), jobs["contributors"]) == ("network", 7.5, "9")
    (turnover,) = (row for (indicator, _), row in told.items() if indicator == "turnover_total")
    # no pole tells it, one enterprise each: the pole would be known by what the two others make
    assert (turnover["status"], turnover["value"], turnover["contributors"]) == ("suppressed", "", "")
    for path in network.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(name in content for name in (b"Zeltenmark", b"Ysoline", b"Membre A")), path.name


def test_the_same_quarter_is_not_told_again_with_other_poles(network: Path) -> None:
    """The difference of two editions would tell a pole."""
    _say(network, ["NORD", "OUEST", "SUD"])
    house.told(network, *_NETWORK)
    before = house.publication(network)
    _say(network, ["NORD", "OUEST"])
    refused = house.end(house.struck(network, "none", "kill", *_NETWORK))
    assert refused.status == 2 and "deux éditions de pôles différents" in refused.told
    assert house.publication(network) == before


def test_a_network_in_the_folder_of_a_pole_is_refused(network: Path) -> None:
    pole = network.parent / "SUD"
    before = house.publication(pole), (pole / "warehouse" / "raw.duckdb").read_bytes()
    (pole / "network.toml").write_text('name = "R"\n[[pole]]\nid = "NORD"\nfolder = "../NORD"\n')
    refused = house.end(house.struck(pole, "none", "kill", *_NETWORK))
    (pole / "network.toml").unlink()
    assert refused.status == 2 and "est l'espace d'un pôle" in refused.told
    assert (house.publication(pole), (pole / "warehouse" / "raw.duckdb").read_bytes()) == before
