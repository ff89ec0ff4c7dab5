"""Every case of `cases/` answers as it is written there; `--update-golden` writes down what is so now."""

from pathlib import Path

import pytest

from tests.support.transcripts import parse, play

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_a_case_goes_as_it_is_written(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, update_golden: bool
) -> None:
    written = case.read_text(encoding="utf-8")
    folder = tmp_path / "my-journeys"
    folder.mkdir()
    played = str(play(parse(written), folder, monkeypatch))
    if update_golden:
        case.write_text(played, encoding="utf-8")
    assert played == case.read_text(encoding="utf-8")
