"""Files sent, sent again, corrected, late, withdrawn, a person erased, a crash, in any order, against a small model.

Closing and publishing are not among the steps: they are struck in test_killed and test_recovery.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ingest import erasure, landing, receive
from periscope import arbitration, warehouse
from tests.faults import house

PERSONS = {"Zeltenmark": "Ysoline", "Quorvane": "Aldebert"}
MEMBERS = ("A", "B")


class Crash(BaseException):
    """The program ends here, as if the machine had stopped."""


@dataclass
class Version:
    """What the model remembers of one file sent."""

    name: str
    member: str
    title: str
    person: str
    sent_on: date | None
    content: bytes
    is_withdrawn: bool = False
    is_erased: bool = False


@seed(house.SEED)
class AnyOrder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.root = house.create(self.folder / "pole").root
        for path in (self.root / "inbox").rglob("*.*"):
            path.unlink()
        self.run = house.run_of(self.root)
        self.sent: list[Version] = []
        self.refused = 0
        self.again = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def step(self) -> None:
        receive.receive(self.run)
        with warehouse.connect(self.run.workspace.raw_database) as connection:
            connection.execute("update record.slices set verdict = 'accept'")
            arbitration.arbitrate(connection)

    def put(self, name: str, content: bytes) -> None:
        (self.root / "inbox" / "declarations" / name).write_bytes(content)

    @rule(
        member=st.sampled_from(MEMBERS),
        person=st.sampled_from(sorted(PERSONS)),
        sent_on=st.sampled_from([None, date(2026, 10, 5), date(2026, 10, 20)]),
    )
    def send(self, member: str, person: str, sent_on: date | None) -> None:
        """A first version, a correction, or a late one: only `sent_on` and the order tell."""
        title = f"projet {len(self.sent)}"
        text = (
            "siren;quarter;sent_on;project_ref;title;holder_surname;holder_first_name\n"
            f"{house.MEMBERS[member]};{house.QUARTER};{sent_on or ''};P1;{title};{person};{PERSONS[person]}\n"
        )
        version = Version(f"f{len(self.sent)}.csv", member, title, person, sent_on, text.encode())
        self.sent.append(version)
        self.put(version.name, version.content)
        self.step()

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        version = data.draw(st.sampled_from(self.sent))
        self.again += 1
        self.put(f"encore{self.again}.csv", version.content)
        self.refused += version.is_erased
        self.step()
        if version.is_erased:
            # as the refusal asks
            (self.root / "inbox" / "declarations" / f"encore{self.again}.csv").unlink()

    @precondition(lambda self: [v for v in self.sent if not v.is_withdrawn])
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        version = data.draw(st.sampled_from([v for v in self.sent if not v.is_withdrawn]))
        name = f"declarations/{version.name}"
        landing.withdraw(self.run.workspace, name, self.run.as_of, "Eva", "essai")
        version.is_withdrawn = True
        self.step()

    @precondition(lambda self: self.sent)
    @rule(person=st.sampled_from(sorted(PERSONS)))
    def erase(self, person: str) -> None:
        erased = erasure.person_of(self.run.workspace, person, PERSONS[person], None)
        erasure.erase(self.run, erased, "Eva", "essai")
        self.step()
        for version in self.sent:
            version.is_erased |= version.person == person
        assert erasure.traces(self.run.workspace, erased) == []

    @rule(
        where=st.sampled_from(
            ["ingest.landing._copy", "ingest.landing.append", "ingest.receive._record_arrivals"]
        )
    )
    def crash(self, where: str) -> None:
        """The next step starts from what a stopped machine left."""
        with mock.patch(where, side_effect=Crash), contextlib.suppress(Crash):
            receive.receive(self.run)
        self.step()

    @invariant()
    def the_last_word_of_each_member_counts_and_nothing_is_lost(self) -> None:
        if not self.run.workspace.raw_database.exists():
            return
        with warehouse.connect(self.run.workspace.raw_database, read_only=True) as connection:
            told = connection.execute(
                "select sender, title from declarations.supported_projects "
                "inner join record.slices using (slice_id) where is_active order by all"
            ).fetchall()
            (lost,) = connection.execute(
                "select count(*) from record.slices where rows_read <> rows_accepted + rows_refused"
            ).fetchall()
            (refused,) = connection.execute(
                "select count(*) from record.refusals where code = 'erased_person'"
            ).fetchall()
            (files,) = connection.execute(
                "select count(*) from record.files where status not in ('already_received', 'refused_file')"
            ).fetchall()
        assert told == sorted((m, title) for m in MEMBERS if (title := self._last_word(m)))
        assert (lost[0], refused[0], files[0]) == (0, self.refused, len(self.sent))

    def _last_word(self, member: str) -> str:
        last: Version | None = None
        for version in self.sent:
            if version.member != member or version.is_withdrawn:
                continue
            is_older = last and last.sent_on and version.sent_on and version.sent_on < last.sent_on
            last = last if is_older else version
        return last.title if last else ""


AnyOrder.TestCase.settings = settings(
    max_examples=6,
    stateful_step_count=8,
    deadline=None,
    derandomize=False,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestAnyOrder = pytest.mark.slow(AnyOrder.TestCase)
