"""Families of funders: all of the house's read well, a new one is a file, and a wrong one is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from periscope.errors import UsageError
from periscope.reader_context import Allocation, Expense, ReportContext
from reports import families, sections
from reports.document import Cell, Note, Section, Table, Text, cells
from reports.report import Report
from reports.sections import funder
from tests.fixtures import reader_folder

D = Decimal
OURS = sorted(path.stem for path in families.FOLDER.glob("*.toml"))


@pytest.mark.parametrize("name", OURS)
def test_a_family_of_ours_makes_a_whole_part(name: str, tmp_path: Path) -> None:
    shown = parts_of(tmp_path, name)
    family = families.load(name)
    assert [one.level for one in shown] == [2] + [3] * len(family.sections)
    assert all(one.blocks for one in shown)
    assert "identity" in family.sections and "qualitative" in family.sections
    assert family.sections[-1] == "certification" and family.deadline.text


def test_every_section_named_in_a_family_has_its_function() -> None:
    assert set(families.PART_SECTIONS) == set(funder._PART_SECTIONS)
    assert set(families.RESULTS) == set(funder._RESULTS)


def parts_of(
    tmp_path: Path, family: str, own: dict[str, str] | None = None, **changes: object
) -> list[Section]:
    base = reader_folder.context()
    grants = (replace(base.grants[0], family=family),)
    folder = reader_folder.write(tmp_path / "f", grants=grants, families=own or {}, **changes)
    return sections.grant_parts(Report.open(folder))


def printed(shown: list[Section]) -> str:
    found = []
    for block in (b for one in shown for b in one.blocks):
        if isinstance(block, Text):
            found += [p.text if isinstance(p, Cell) else p for p in block.parts]
        elif isinstance(block, Note):
            found.append(block.text)
        elif isinstance(block, Table):
            found += [cell.text for row in block.rows for cell in cells(row)]
    return "\n".join(found)


def test_a_new_funder_is_a_file_and_no_code(tmp_path: Path) -> None:
    mine = tmp_path / "fondation.toml"
    mine.write_text(
        'label = "Fondation (rapport court)"\nsections = ["identity", "objectives", "due", "certification"]\n'
        'indicators = ["occupancy_rate", "members_count"]\nnotes = ["Joignez les photos."]\nis_public_money = false\n'
        '[deadline]\ncounted_from = "period_end"\nmonths = 3\ntext = "Trois mois après la fin."\n',
        "utf-8",
    )
    shown = parts_of(tmp_path, "fondation", {"fondation": mine.read_text("utf-8")})
    assert [one.slug for one in shown] == [f"subvention-1-{name}" for name in ("debut", "identite", "objectifs", "echeance", "certification")]  # fmt: skip
    told = printed(shown)
    assert "Fondation (rapport court)" in told and "Joignez les photos." in told and "31/03/2027" in told
    assert "Taux d'occupation des salles" in told and "Créations effectives" not in told


def test_the_evaluators_file_wins_over_ours(tmp_path: Path) -> None:
    text = 'label = "Le mien"\nsections = ["identity"]\n'
    assert families.load("cerfa", {"cerfa": text}).label == "Le mien"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("label =", "illisible"),
        ('label = "x"', "au moins"),
        ('label = "x"\nsections = ["identity"]\ncouleur = 1', "couleur"),
        ('label = "x"\nsections = ["identité"]', "identity"),
        ('label = "x"\nsections = ["identity"]\nindicators = ["jobs_ftes"]', "jobs_fte"),
        ('label = "x"\nsections = ["identity"]\nresults = ["salles"]', "Possibles"),
        ('label = "x"\nsections = ["identity"]\n[deadline]\ncounted_from = "hier"', "closing_date"),
        ('label = "x"\nsections = ["identity"]\nown_share_min = "beaucoup"', "au moins"),
    ],
)
def test_a_wrong_family_is_named_with_its_cure(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        families.parse("mienne", text)
    assert "mienne.toml" in str(caught.value)


def test_an_unknown_family_proposes_the_nearest() -> None:
    with pytest.raises(UsageError, match="« investissement »"):
        families.load("investisement")


def charged(*expenses: tuple[str, str, str, date | None]) -> dict[str, object]:
    """(amount, account, share, paid on), incurred in March."""
    rows = [
        Expense(f"D{n}", "Animation", D(a), date(2026, 3, 4), paid, account, "Achat")
        for n, (a, account, _, paid) in enumerate(expenses)
    ]
    shares = tuple(Allocation(f"D{n}", "G1", D(share)) for n, (_, _, share, _) in enumerate(expenses))
    return {"expenses": tuple(rows), "allocations": shares}


def cell(shown: list[Section], slug: str, label: str) -> Cell:
    section = next(one for one in shown if one.slug.endswith(slug))
    rows = [cells(row) for block in section.blocks if isinstance(block, Table) for row in block.rows]
    return next(row for row in rows if row[0].text.startswith(label))[-1]


def test_fse_the_flat_rate_leaves_external_services_out(tmp_path: Path) -> None:
    """The domain note's example, a tenth of it: total 20 k€ with 8 k€ of services gives a flat rate of 2.4 k€."""
    paid = date(2026, 4, 2)
    lines = charged(("8000", "6226", "1", paid), ("24000", "6411", "0.5", paid), ("500", "606", "1", None))
    shown = parts_of(tmp_path, "fse", **lines)
    assert cell(shown, "couts", "Dépenses directes").value == 20000
    assert cell(shown, "couts", "dont services").value == 8000
    assert cell(shown, "couts", "Charges indirectes").value == 2400
    assert cell(shown, "couts", "Coût éligible").value == 22400
    told = printed(shown)
    assert "participants" in told and "500,00\u202f€ imputés mais pas encore payés" in told
    assert "7\u202f600,00\u202f€ restent à justifier" in told and "dépasse le plafond" not in told


def test_fse_the_ceiling_is_told(tmp_path: Path) -> None:
    shown = parts_of(tmp_path, "fse", **charged(("23000.01", "6226", "1", date(2026, 4, 2))))
    assert "dépasse le plafond de 23\u202f000\u202f€" in printed(shown)


def test_the_label_of_a_wage_is_that_of_its_line(tmp_path: Path) -> None:
    lines = charged(("100", "6411", "1", None), ("50.55", "606", "0.5", date(2026, 4, 2)))
    wage, *rest = lines["expenses"]  # type: ignore[misc]
    lines["expenses"] = (replace(wage, label="Paie de Camille"), *rest)
    shown = parts_of(tmp_path, "fse", **lines)
    told = printed(shown)
    assert "Camille" not in told and "Rémunération des personnels" in told and "non payée" in told
    assert cell(shown, "depenses", "D1").value == D("25.28")
    assert cell(shown, "depenses", "Total").value == D("125.28")


def test_an_investment_tells_planned_committed_paid_and_who_pays(tmp_path: Path) -> None:
    lines = charged(
        ("10000", "2135", "1", date(2026, 4, 2)),
        ("2000", "2135", "1", None),
        ("700", "2135", "1", date(2026, 12, 2)),
    )
    shown = parts_of(tmp_path, "investissement", **lines)
    section = next(one for one in shown if one.slug.endswith("plan"))
    table = section.blocks[0]
    assert isinstance(table, Table)
    assert [cells(row)[1].value for row in table.rows] == [48000, 12700, 10000]
    payers = section.blocks[1]
    assert isinstance(payers, Table)
    values = {cells(row)[0].text: cells(row)[1].value for row in payers.rows}
    assert values["Part propre"] == 48000 - 45000 and values["Coût prévu"] == 48000


def test_two_grants_make_two_full_parts_each_at_the_end_of_its_period(tmp_path: Path) -> None:
    first = reader_folder.context().grants[0]
    past = replace(first, grant_id="G0", status="closed", period_start=date(2025, 1, 1), period_end=date(2025, 12, 31), closing_date=date(2025, 12, 31))  # fmt: skip
    asked = replace(first, grant_id="G3", status="requested")
    folder = reader_folder.write(tmp_path / "two", grants=(first, past, asked))
    report = Report.open(folder)
    shown = sections.grant_parts(report)
    starts = [one for one in shown if one.starts_page and one.level == 2]
    assert [one.title.split(" : ")[0] for one in starts] == ["Subvention G0", "Subvention G1"]
    assert "4e trimestre 2025" in printed(starts[:1]) and "3e trimestre 2026" in printed(starts[1:])
    half = len(shown) // 2
    assert [one.slug.split("-", 2)[2] for one in shown[:half]] == [
        one.slug.split("-", 2)[2] for one in shown[half:]
    ]
    assert len({one.slug for one in shown}) == len(shown)
    assert "G3" in printed([sections.summary(report)])


def test_nothing_awarded_is_said(tmp_path: Path) -> None:
    asked = replace(reader_folder.context().grants[0], status="requested")
    report = Report.open(reader_folder.write(tmp_path / "none", grants=(asked,)))
    assert sections.grant_parts(report) == []
    assert "rien n'est à justifier" in printed([sections.summary(report)])


def test_the_family_of_a_funder_comes_from_the_settings(tmp_path: Path) -> None:
    from periscope import settings

    path = tmp_path / "periscope.toml"
    path.write_text(
        '[funders.region]\nfamily = "ptce"\n[indirect.loyer]\naction = "A"\naccounts = ["613"]\nshare = 0.15\n',
        "utf-8",
    )
    found = settings.load(path)
    assert found.funders["region"].family == "ptce" and found.indirect["loyer"].line == "i.1"
    path.write_text('[funders.region]\nfamille = "ptce"\n', "utf-8")
    with pytest.raises(UsageError, match="family"):
        settings.load(path)


def test_a_context_keeps_keys_and_families() -> None:
    from periscope.reader_context import IndirectKey

    base = replace(
        reader_folder.context(),
        indirect_keys=(IndirectKey("l", "A", ("613", "614"), D("0.15")),),
        families={"a": "x"},
    )
    assert ReportContext.from_json(base.to_json()) == base
