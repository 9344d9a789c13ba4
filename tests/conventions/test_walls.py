"""The walls of the house. Each failure names the file and the cure."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("ingest", "expectations", "impact", "protection", "reports", "release")
PYTHON = [path for room in (*ROOMS, "periscope") for path in sorted((PROJECT / room).rglob("*.py"))]
SQL = sorted((PROJECT / "models").rglob("*.sql")) + sorted((PROJECT / "macros").rglob("*.sql"))


def imported_packages(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def calls(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            names.add(ast.unparse(node.func))
    return names


def relative(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_rooms_meet_through_tables_and_files(path: Path) -> None:
    room = path.relative_to(PROJECT).parts[0]
    if path.name == "cli.py" and room == "periscope":
        return
    foreign = imported_packages(path) & set(ROOMS) - {room}
    assert not foreign, (
        f"{relative(path)} imports {', '.join(sorted(foreign))}: rooms import only periscope. Pass the data through a "
        "table or a file, and let periscope/cli.py call both rooms."
    )


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_only_the_warehouse_opens_duckdb(path: Path) -> None:
    if relative(path) == "periscope/warehouse.py":
        return
    assert "duckdb.connect" not in calls(path), (
        f"{relative(path)}: open DuckDB through periscope.warehouse.connect."
    )


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_only_the_gate_imports_great_expectations(path: Path) -> None:
    if relative(path) == "expectations/gate.py":
        return
    assert "great_expectations" not in imported_packages(path), (
        f"{relative(path)}: write a rule in an expectations suite; gate.py alone loads Great Expectations."
    )


CLOCKS = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "time.time",
    "datetime.datetime.now",
}


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_no_clock_below_the_command_line(path: Path) -> None:
    if relative(path) == "periscope/cli.py":
        return
    assert not calls(path) & CLOCKS, f"{relative(path)} reads the clock: take `as_of` from the Run."


@pytest.mark.parametrize("path", SQL, ids=relative)
def test_sql_never_reads_the_clock(path: Path) -> None:
    found = re.search(
        r"\b(current_date|current_timestamp|now\s*\(|today\s*\()", path.read_text(), re.IGNORECASE
    )
    assert not found, f"{relative(path)} reads the clock: use the quarter and the periods of int_periods."


ENGINE_WORDS = re.compile(
    r"\b(struct_pack|list_\w+\(|unnest\(|strptime|strftime|epoch\(|at time zone|union all by name|qualify|sha256|md5"
    r"|varchar|with recursive)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", sorted((PROJECT / "models").rglob("*.sql")), ids=relative)
def test_engine_differences_live_in_macros(path: Path) -> None:
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|--[^\n]*", "", path.read_text(), flags=re.DOTALL)
    found = ENGINE_WORDS.search(text)
    assert not found, (
        f"{relative(path)} uses {found[0] if found else ''}: put it in a dispatched macro of macros/dispatch.sql."
        " A text is {{ dbt.type_string() }}, not varchar."
    )


def test_contracts_name_types_that_every_engine_knows() -> None:
    for path in sorted((PROJECT / "models").rglob("*.yml")):
        assert "data_type: varchar" not in path.read_text(encoding="utf-8"), (
            f"{relative(path)}: write data_type: string, which Spark knows too."
        )


def test_reports_cannot_reach_a_mart() -> None:
    for path in sorted((PROJECT / "reports").rglob("*.py")):
        packages = imported_packages(path)
        assert "duckdb" not in packages, (
            f"{relative(path)} imports duckdb: reports read the reader's folder only."
        )
        assert "periscope.warehouse" not in path.read_text(encoding="utf-8"), (
            f"{relative(path)} reaches the warehouse: reports read the reader's folder only."
        )


def test_every_criterion_is_in_the_catalogue_and_has_its_model() -> None:
    lines = (PROJECT / "seeds" / "indicators.csv").read_text(encoding="utf-8").splitlines()
    listed = {line.rsplit(",", 1)[1].strip('"') for line in lines[1:]} - {"crit_impact"}
    models = {path.stem for path in (PROJECT / "models" / "intermediate" / "criteria").glob("crit_*.sql")}
    assert models - listed == set(), "a crit_ model without a row in seeds/indicators.csv: add its row."
    assert listed - models == set(), "a row of seeds/indicators.csv without its crit_ model: write the model."
    listed_macro = PROJECT / "macros" / "criteria.sql"
    told = {f"crit_{name}" for name in re.findall(r"'(\w+)'", listed_macro.read_text(encoding="utf-8"))}
    assert models - told == set(), (
        "a crit_ model that macros/criteria.sql does not list: no test explains its absences, no network pools it."
    )


#: folders of the machine that runs the tests, and package addresses by their shape, whoever the host is
MACHINE_PATHS = [f"{folder}/" for folder in {PROJECT.parent, Path.home()} if folder != Path(folder.anchor)]
PACKAGE_ADDRESS = re.compile(
    r"--(?:extra-)?index-url|https?://\S+(?:/simple/|\.whl\b|\.tar\.gz\b|\.tgz\b)|\"resolved\": *\"http",
    re.IGNORECASE,
)


def test_nothing_names_a_machine_or_a_registry() -> None:
    checked = [
        path
        for path in PROJECT.rglob("*")
        if path.is_file()
        and path.suffix
        in (".py", ".sql", ".md", ".toml", ".yml", ".yaml", ".csv", ".lock", ".ipynb", ".html", ".j2", "")
        and not {"target", "demo-pole"} & set(path.relative_to(PROJECT).parts)
        and not any(part.startswith(".") and part != ".ci" for part in path.relative_to(PROJECT).parts)
        and "egg-info" not in path.as_posix()
        and path != Path(__file__).resolve()
    ]
    for path in checked:
        text = path.read_text(encoding="utf-8", errors="ignore")
        named = [folder for folder in MACHINE_PATHS if folder in text] + PACKAGE_ADDRESS.findall(text)
        assert not named, f"{relative(path)} names {named[0]}: the project must run anywhere."


def test_every_model_is_described_by_its_grain() -> None:
    described: dict[str, str] = {}
    for path in (PROJECT / "models").rglob("*.yml"):
        for name, text in re.findall(
            r"- name: ((?:crit|int|stg|dim|fct)_\w+)\n\s+description: >?-?\s*[\"']?(\S[^\n]*)",
            path.read_text(),
        ):
            described[name] = text
    for path in sorted((PROJECT / "models").rglob("*.sql")):
        if path.stem.startswith(("crit_", "int_", "dim_", "fct_")):
            assert path.stem in described, (
                f"{relative(path)}: describe it in the yml of its folder, grain first."
            )
            assert described[path.stem].startswith("One row per"), (
                f"{relative(path)}: start with “One row per …”."
            )


def test_the_commands_that_the_pages_name_do_something() -> None:
    """`python -m a.b` without a main ends in silence, and the reader believes it is done."""
    pages = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *(PROJECT / "docs").rglob("*.md")]
    named = {
        (relative(page), module)
        for page in pages
        for module in re.findall(r"python -m ([a-z_]+(?:\.[a-z_]+)+)", page.read_text(encoding="utf-8"))
    }
    assert ("CONTRIBUTING.md", "periscope.criteria_page") in {(str(page), module) for page, module in named}
    for page, module in named:
        path = PROJECT / module.replace(".", "/")
        script = path.with_suffix(".py")
        is_script = script.exists() and '__name__ == "__main__"' in script.read_text(encoding="utf-8")
        assert is_script or (path / "__main__.py").exists(), (
            f"{page} says python -m {module}: nothing is run by it. Name the module that has the main."
        )
