"""Are the demo's log-ins as good as the service demands of everybody's?"""

from __future__ import annotations

from pathlib import Path

from screenpop.demo.folder import PASSWORD_CHARS_MAX, Folder
from screenpop.history.passwords import weakness


def test_no_log_in_of_the_demo_is_easy_to_guess(tmp_path: Path) -> None:
    for n in range(20):
        for account in Folder(tmp_path / str(n)).accounts():
            assert weakness(account.password, account.login.username) is None
            assert len(account.password) <= PASSWORD_CHARS_MAX
