"""The frame of a failure in MATLAB."""

import pytest

from jobs.tracebacks.matlab import matlab_frame


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("In /home/a/+pipeline/Sort.m, line 12, in Sort.makeTuples", "Sort.makeTuples · +pipeline/Sort.m"),
        ("In C:\\lab\\@Sort\\run.m, line 1, in run", "run · @Sort/run.m"),
        (
            "In /usr/local/MATLAB/toolbox/a/cell2mat.m, line 1, in cell2mat\nIn /lab/fit.m, line 3, in fit",
            "fit · fit.m",
        ),
        ("In /matlab/toolbox/a/cell2mat.m, line 1, in cell2mat", "cell2mat · cell2mat.m"),
        ("Error using horzcat\nno\nError in pipeline.Sort/makeTuples (line 12)", "horzcat"),
        ("no frame", "None"),
        ("", "None"),
    ],
)
def test_the_innermost_frame_of_own_code_counts(text: str, frame: str) -> None:
    assert str(matlab_frame(text)) == frame
