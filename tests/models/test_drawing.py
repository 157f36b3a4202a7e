"""Drawing: among the likeliest, never what is not allowed, each row by its own number."""

from __future__ import annotations

import numpy as np
import pytest

from antiphon.models._drawing import drawn

LOGITS = np.log(np.array([[0.2, 0.5, 0.3]], np.float32))


@pytest.mark.parametrize(
    ("u", "share", "index"),
    [
        (0.19, 1.0, 0), (0.21, 1.0, 1), (0.69, 1.0, 1), (0.71, 1.0, 2), (0.999, 1.0, 2),
        # the two likeliest have three quarters together, of which the first has 5/8
        (0.0, 0.75, 1), (0.62, 0.75, 1), (0.63, 0.75, 2),
        (0.0, 0.4, 1), (0.99, 0.4, 1), (0.0, 0.0, 1), (0.99, 0.0, 1),  # the likeliest alone
    ],
)  # fmt: skip
def test_choices_are_drawn_among_the_likeliest(u, share, index):
    assert drawn(LOGITS, None, np.array([u], np.float32), share).tolist() == [index]


def test_what_is_not_allowed_is_never_drawn():
    allowed = np.array([[True, False, True]])
    for u, index in ((0.0, 0), (0.39, 0), (0.41, 2), (0.99, 2)):  # 2/5 and 3/5
        assert drawn(LOGITS, allowed, np.array([u], np.float32), 1.0).tolist() == [index]
    only = np.array([[True, False, False]])
    assert drawn(LOGITS, only, np.array([0.99], np.float32), 0.5).tolist() == [0]


def test_rows_are_drawn_each_by_its_own_number():
    both = np.concatenate([LOGITS, LOGITS[:, ::-1]])
    u = np.array([0.1, 0.1], np.float32)
    assert drawn(both, None, u, 1.0).tolist() == [0, 0]
    assert drawn(both, None, np.array([0.4, 0.4], np.float32), 1.0).tolist() == [1, 1]
    assert drawn(both, None, np.array([0.25, 0.25], np.float32), 1.0).tolist() == [1, 0]
